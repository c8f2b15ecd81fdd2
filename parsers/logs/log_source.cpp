#include "parsers/logs/log_source.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "base/line_splitter.h"
#include "base/quantity_text.h"
#include "base/saturated.h"
#include "parsers/logs/file_kind.h"
#include "parsers/logs/saved_dump.h"
#include "parsers/logs/saved_text.h"
#include "parsers/logs/trace_event.h"

namespace tcpstat::logs {
namespace {

struct Delivery {
  std::uint64_t line;
  ObservationSink& sink;

  Flow operator()(Transition& transition) const {
    transition.line = line;
    return sink.transition(transition);
  }
  Flow operator()(const SampleRow& row) const { return sink.row(row, line); }
  Flow operator()(SampleEnd& end) const {
    end.line = line;
    return sink.sample_end(end);
  }
  Flow operator()(RunEnd& end) const {
    end.line = line;
    return sink.run_end(end);
  }
  Flow operator()(const LostRecords& lost) const { return sink.lost(lost.count, line); }
  Flow operator()(const OverwrittenEntries& entries) const { return sink.overwritten(entries, line); }
  Flow operator()(const OtherLine& /*other*/) const { return Flow::more; }
  Flow operator()(const BadLine& bad) const { return sink.bad_line(bad, line); }
};

/// Hands over the samples of a saved file, counted.
class SampleRows {
 public:
  explicit SampleRows(ObservationSink& sink) : sink_(sink) {}

  void take(SavedSample& sample) {
    name_.counter = name_.counter.value_or(0) + 1;
    for (const Connection& row : sample.rows.connections()) put(row, row.state, row.remote, row.timer);
    for (const Listener& row : sample.rows.listeners()) put(row, State::listen, {}, row.timer);
    if (sample.coverage.flaw_total() > 0) bad("rows of the sample before this line cannot be read");
    for (const Warning& warning : sample.coverage.warnings) bad(warning.message);
    // The file does not say which sockets were asked for, so the sample may not be whole.
    if (flow_ == Flow::more) flow_ = sink_.sample_end({.sample = name_});
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  void put(const Socket& socket, State state, const Endpoint& remote, TimerKind timer) {
    if (flow_ == Flow::stop) return;
    SampleRow row;
    row.sample = name_;
    row.state = state;
    row.local = socket.local;
    row.remote = remote;
    row.timer = timer;
    row.cookie = socket.cookie;
    if (socket.inode != 0) row.inode = socket.inode;
    flow_ = sink_.row(row, ++rows_);
  }
  void bad(std::string_view why) {
    if (flow_ == Flow::more) flow_ = sink_.bad_line({why}, rows_ + 1);
  }

  ObservationSink& sink_;
  SampleName name_;
  std::uint64_t rows_ = 0;
  Flow flow_ = Flow::more;
};

/// Samples of /proc text go on in one byte order, so those before the first address that tells it wait.
class OrderedSamples {
 public:
  OrderedSamples(const procfs::ByteOrderGuess& guess, std::optional<std::endian> order, std::size_t most,
                 SampleRows& next)
      : guess_(guess), order_(order), most_(most), next_(next) {}

  void take(std::unique_ptr<SavedSample> sample) {
    if (!order_ && guess_.is_told()) settle();
    if (order_) return hand_over(*sample);
    rows_ += sample->coverage.rows_read;
    waiting_.push_back(std::move(sample));
    if (waiting_.size() >= most_ || rows_ >= kMostRows) settle();
  }
  /// No sample follows.
  void finish() {
    if (!order_) settle();
  }
  /// Whether addresses that came later speak for another order.
  [[nodiscard]] bool was_wrong() const { return order_ && guess_.is_told() && *order_ != guess_.order(); }

 private:
  static constexpr std::uint64_t kMostRows = 1'000'000;

  void settle() {
    order_ = guess_.order();
    for (const auto& sample : waiting_) hand_over(*sample);
    waiting_.clear();
  }
  void hand_over(SavedSample& sample) {
    if (*order_ != std::endian::native) sample.read_in_other_order();
    next_.take(sample);
  }

  const procfs::ByteOrderGuess& guess_;
  std::optional<std::endian> order_;
  std::size_t most_;  ///< samples that wait
  SampleRows& next_;
  std::vector<std::unique_ptr<SavedSample>> waiting_;
  std::uint64_t rows_ = 0;
};

}  // namespace

Flow deliver(LogRecord record, std::uint64_t line, ObservationSink& sink) {
  return std::visit(Delivery{line, sink}, record);
}

Expected<std::unique_ptr<LogSource>> LogSource::open(const std::string& path, LogFile::Patience patience,
                                                     std::optional<std::endian> order) {
  auto file = LogFile::open(path, patience);
  if (!file) return tl::make_unexpected(file.error());
  return std::unique_ptr<LogSource>(new LogSource(std::move(*file), order));
}

/// Counts the lines that may be entries of a ring: a header counts the entries of all events.
void LogSource::count_entry(std::string_view line, const LogRecord& record) {
  if (const auto* head = std::get_if<OverwrittenEntries>(&record)) {
    if (!head->count) return;  // no header
    if (++headers_ == 1) first_header_ = count_;
    counted_entries_ = saturated_sum(counted_entries_, head->kept);
    return;
  }
  if (headers_ == 0 || std::holds_alternative<LostRecords>(record)) return;
  if (std::holds_alternative<OtherLine>(record)) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || (line[first] == '#' && !begins_with_process(line))) return;
  }
  ++entries_;
}

/// Compares the lines with the headers. Several headers, one per processor or of one trace after another, are added up.
Flow LogSource::look_for_missing_entries(ObservationSink& sink) const {
  if (counted_entries_ <= entries_) return Flow::more;
  const std::string why = (headers_ == 1 ? "the header counts " : "the headers count ") +
                          std::to_string(counted_entries_) + (counted_entries_ == 1 ? " entry" : " entries") +
                          ", and the log has " + std::to_string(entries_);
  return sink.missing({counted_entries_ - entries_, why}, first_header_);
}

Expected<void> LogSource::read_lines(std::string_view first, ObservationSink& sink) {
  LineSplitter lines(kLongestLogLine + 1);  // so that what is cut off is longer than a line may be
  const auto use = [&](std::string_view line, LogLineEnd end = LogLineEnd::newline) {
    ++count_;
    LogRecord record = line.size() > kLongestLogLine ? BadLine{"longer than a record can be"} : log_.decode(line, end);
    count_entry(line, record);
    return deliver(record, count_, sink) == Flow::more;
  };
  if (!lines.feed(first, use)) return {};
  bool more = true;
  LineWatch watch;
  bool endless = false;
  auto read = file_.blocks([&](std::string_view block) {
    endless = watch.is_endless(block);
    return (more = lines.feed(block, use)) && !endless;
  });
  if (read && endless) return failure("read " + file_.shown(), 0, "", LineWatch::why());
  // Behind the last newline of a log that was ended early there may be half a line.
  if (read && more && !file_.was_ended() && !lines.rest().empty()) more = use(lines.rest(), LogLineEnd::nothing);
  if (read && more && !file_.was_ended()) look_for_missing_entries(sink);
  return read;
}

Expected<void> LogSource::read_samples(SampleReader& reader, std::string_view first) {
  reader.feed(first);
  auto read = file_.blocks([&](std::string_view block) {
    reader.feed(block);
    return true;
  });
  reader.finish();
  return read;
}

/// Whether `head` is enough to tell the kind. One recognized line is enough, because trace_pipe may not bring another
/// for long; otherwise it takes the first few.
bool LogSource::tells_kind(std::string_view head) {
  constexpr std::size_t kEnough = 64 * 1024;
  constexpr std::ptrdiff_t kLines = 5;  // file_kind() looks at no more
  const std::size_t last = head.rfind('\n');
  if (last == std::string_view::npos) return head.size() >= kEnough;
  head = head.substr(0, last + 1);
  const FileKind kind = file_kind(head);
  if (kind != FileKind::unknown && kind != FileKind::empty) return true;
  const std::string_view begun = head.substr(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  const std::string_view line = begun.substr(0, begun.find('\n'));
  if (!line.empty()) {
    const LogRecord record = log_.decode(line);
    if (!std::holds_alternative<BadLine>(record) && !std::holds_alternative<OtherLine>(record)) return true;
  }
  return std::count(begun.begin(), begun.end(), '\n') >= kLines || head.size() >= kEnough;
}

Expected<std::string> LogSource::read_head() {
  std::string head;
  auto read = file_.blocks([&](std::string_view block) {
    head += block;
    return !tells_kind(head);
  });
  if (!read) return tl::make_unexpected(read.error());
  return head;
}

Expected<void> LogSource::read(ObservationSink& sink) {
  const auto head = read_head();
  if (!head) return tl::make_unexpected(head.error());
  const std::string& first = *head;
  const FileKind kind = file_kind(first);
  if (auto refused = refusal(kind, file_.path(), "validate")) return tl::make_unexpected(*refused);
  if (kind != FileKind::netlink_dump && kind != FileKind::proc_text) return read_lines(first, sink);
  return kind == FileKind::netlink_dump ? read_dump(first, sink) : read_proc_text(first, sink);
}

Expected<void> LogSource::read_dump(std::string_view first, ObservationSink& sink) {
  SampleRows rows(sink);
  SavedSamples samples([&](const std::unique_ptr<SavedSample>& sample) { rows.take(*sample); });
  SavedDump dump(samples);
  auto read = read_samples(dump, first);
  count_ = rows.rows();
  return read;
}

Expected<void> LogSource::read_proc_text(std::string_view first, ObservationSink& sink) {
  procfs::ByteOrderGuess guess;
  SampleRows rows(sink);
  // Whoever follows a log is not to wait for ever.
  const std::size_t most = file_.is_stream() ? 10 : SIZE_MAX;
  OrderedSamples ordered(guess, order_, most, rows);
  SavedSamples samples([&](std::unique_ptr<SavedSample> sample) { ordered.take(std::move(sample)); });
  SavedText text(samples, guess);
  auto read = read_samples(text, first);
  ordered.finish();
  if (read && rows.rows() == 0 && text.saw_other_table()) return no_tcp_table(file_.shown());
  count_ = rows.rows();
  if (order_) return read;
  byte_order_warning_ = procfs::byte_order_warning(guess, file_.shown());
  if (ordered.was_wrong()) {
    byte_order_warning_ = "addresses of " + file_.shown() +
                          " were read in the wrong byte order until some told it: " + "--byte-order " +
                          (guess.order() == std::endian::little ? "little" : "big") + " reads all";
  }
  return read;
}

}  // namespace tcpstat::logs
