// tcpstat watch: a list that is drawn anew on a terminal, and elsewhere one list after the other.

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "cli/screen.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/watching.h"
#include "render/escape.h"

namespace tcpstat::cli::verbs {
namespace {

// ECMA-48
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearRest = "\x1b[J";

/// Passes the first rows only, and lets the rest be read: what is counted are all of them.
class FirstRows final : public Sink {
 public:
  FirstRows(std::uint64_t most, Sink& next) : left_(most), next_(next) {}
  Flow connection(const Connection& row) override { return take() ? next_.connection(row) : Flow::more; }
  Flow listener(const Listener& row) override { return take() ? next_.listener(row) : Flow::more; }

 private:
  bool take() {
    if (left_ == 0) return false;
    --left_;
    return true;
  }
  std::uint64_t left_;
  Sink& next_;
};

/// "14:03:07  every 1s  sample 3  1234 sockets: 1200 ESTABLISHED, 34 TIME_WAIT".
std::string headline(const render::SampleTime& time, std::chrono::milliseconds interval, const Report& report) {
  std::string every = std::to_string(interval.count() / 1000);
  if (const auto rest = interval.count() % 1000; rest != 0) {
    every += "." + std::to_string(1000 + rest).substr(1);
    every.erase(every.find_last_not_of('0') + 1);
  }
  std::string text = report.facts.host ? *report.facts.host + "  " : "";
  text += time.local + "  every " + every + "s  sample " + std::to_string(time.snapshot) + "  " +
          std::to_string(report.tally.total()) + (report.tally.total() == 1 ? " socket" : " sockets");
  for (const StateInfo& state : states()) {
    const std::uint64_t count = report.tally.count(state.state);
    if (count == 0) continue;
    text += (text.ends_with("sockets") || text.ends_with("socket") ? ": " : ", ") + std::to_string(count) + " " +
            std::string(state.name);
  }
  if (!report.coverage.complete) text += "  (not complete)";
  return text;
}

class ListWatch {
 public:
  ListWatch(const options::WatchCommand& watch, const Watched& watched)
      : watch_(watch),
        format_(watched.format),
        host_(watched.host),
        output_(watched.output),
        notes_(watched.notes),
        sample_notes_(notes_),
        columns_(chosen_columns(watch.rows, watch.filter, watch.source)),
        plan_(list_plan(watch.filter, watch.rows, used_columns(watch.rows, format_, columns_))),
        interval_(watch.sampling.interval.value_or(kUsualInterval)),
        live_(format_.for_people && draws_on(look_at_terminal(output_.fd()))),
        out_(output_.fd()) {}

  ExitStatus run() {
    Ticker ticker(interval_, watch_.sampling.count, output_.fd());
    Screen screen(live_ ? output_.fd() : -1);
    while (out_.error() == 0 && ticker.next()) {
      const render::SampleTime time = sample_time(ticker.samples(), interval_);
      const bool read = sample(time);
      out_.flush();
      if (!read && result_.samples == 1) break;  // what fails at once is no matter of one sample
    }
    screen.leave();
    if (live_) put_line(last_);
    const ExitStatus status = finish_output(out_, output_, result_.status(watch_.source), notes_);
    if (live_) say();  // on the terminal it would have been drawn over
    return status;
  }

 private:
  static bool draws_on(const Terminal& terminal) {
    const char* kind = std::getenv("TERM");
    return terminal.is_terminal && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
  }

  /// False if it could not be read to the end.
  bool sample(const render::SampleTime& time) {
    const Terminal terminal = look_at_terminal(output_.fd());
    TextBuffer page;
    render::RenderSettings settings =
        render_settings(watch_.filter, watch_.text, output_, format_.for_people ? page : out_, host_);
    add_rows(watch_.rows, columns_, settings);
    settings.facts.time = time.utc;
    settings.snapshot = time.snapshot;
    const auto writer = format_.list(std::move(settings));
    Sink* rows = writer.get();
    std::optional<FirstRows> screenful;
    // The headline and the columns' take two lines, and the last stays free for the cursor.
    if (live_ && terminal.height > 3) rows = &screenful.emplace(terminal.height - 3, *rows);

    survey::Dump dump = survey::take(host_, plan_, *rows);
    dump.report.facts.time = time.utc;
    if (worth_writing(format_, dump)) {
      writer->finish(dump.report);
      if (format_.for_people) draw(headline(time, interval_, dump.report), page.view());
    }
    result_.add(dump);
    coverage_ = dump.report.coverage;
    if (!live_) say();
    if (watch_.output.verbose && !live_) print_reading(dump.report, notes_);
    if (!dump.error) host_.keep_source();
    return !dump.error;
  }

  void say() { sample_notes_.print(coverage_); }

  void put_line(std::string_view line) {
    out_.append(line);
    if (live_) out_.append(kClearLine);
    out_.append('\n');
  }

  void draw(const std::string& head, std::string_view page) {
    TextBuffer safe;
    render::append_escaped(safe, head, look_at_terminal(output_.fd()).foreign_charset());
    last_ = safe.view();
    if (live_) out_.append(kHome);
    if (!live_ && result_.samples > 0) out_.append('\n');
    const Terminal terminal = look_at_terminal(output_.fd());
    const bool cut = watch_.text.truncate && terminal.width > 0;
    put_line(cut ? fitting(last_, terminal.width) : std::string_view(last_));
    while (!page.empty()) {
      const std::size_t end = page.find('\n');
      put_line(page.substr(0, end));
      page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    }
    if (live_) out_.append(kClearRest);
  }

  const options::WatchCommand& watch_;
  const render::Format& format_;
  Host& host_;
  Output& output_;
  const Notes& notes_;
  SampleNotes sample_notes_;
  Columns columns_;
  survey::DumpPlan plan_;
  std::chrono::milliseconds interval_;
  bool live_;
  TextBuffer out_;
  WatchResult result_;
  Coverage coverage_;
  std::string last_;  ///< the headline of the last sample, safe to print
};

}  // namespace

ExitStatus take_samples(const options::WatchCommand& watch, const Watched& watched) {
  return ListWatch(watch, watched).run();
}

}  // namespace tcpstat::cli::verbs
