// The file source: a saved /proc/net/tcp or tcp6, a raw dump as `ss -D` writes it, or tcpstat's own ndjson; which of
// them it is follows from the first bytes. The file is read to its end before the first row goes on: only the end tells
// which sample is the last.

#include "parsers/logs/file_source.h"

#include <time.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/ascii.h"
#include "base/byte_order_mark.h"
#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "parsers/logs/file_kind.h"
#include "parsers/logs/saved_dump.h"
#include "parsers/logs/saved_file.h"
#include "parsers/logs/saved_lines.h"
#include "parsers/logs/saved_text.h"

namespace tcpstat::logs {
namespace {

/// A program may write for ever what is no row.
tl::unexpected<Error> endless(const SavedFile& file, const char* what) {
  return failure("read " + file.name(), 0, "",
                 std::string(what) + " within " + std::to_string(kEndless >> 20U) + " MiB");
}

/// The first block, whole: a pipe may deliver it in pieces.
Expected<std::string> read_head(SavedFile& file) {
  std::string head;
  std::size_t blank_bytes = 0;
  while (head.size() < SavedFile::kBlock) {
    const auto block = file.read();
    if (!block) return tl::make_unexpected(block.error());
    if (block->empty()) break;
    head.append(*block);
    blank_bytes += block->size();
    if (blank_bytes > kEndless) return endless(file, "there is nothing but blanks");
    // Lines of blanks are no part of anything, however many there are.
    const bool blank = head.find_first_not_of(" \t\r\n") == std::string::npos;
    if (blank && head.size() >= SavedFile::kBlock) head.erase(0, head.rfind('\n') + 1);
  }
  return head;
}

/// Whether the first line was not written by tcpstat. A broken line of ours is not foreign: it is a row that was lost.
bool is_foreign(std::string_view head) {
  const std::string_view line = without_byte_order_mark(head.substr(0, head.find('\n')));
  const auto has = [line](std::string_view key) { return line.find(key) != std::string_view::npos; };
  const bool whole = line.size() < head.size() || head.size() < SavedFile::kBlock;
  const bool ours = has("\"type\":") || has("\"state\":");
  return whole && !ours && !nlohmann::json::parse(line, nullptr, false).is_object();
}

/// "21:22:08", or with its day if `other` is of another day.
std::string shown_time(const std::string& time, std::string_view other) {
  constexpr std::size_t kDay = 10;  // of 2026-11-23T07:00:00.123Z
  constexpr std::size_t kSeconds = 19;
  if (time.size() < kSeconds) return time;
  const bool one_day = other.substr(0, kDay) == std::string_view(time).substr(0, kDay);
  return one_day ? time.substr(kDay + 1, kSeconds - kDay - 1) : time.substr(0, kSeconds);
}

class FileSource final : public source::Source {
 public:
  FileSource(const source::SourceOptions& options, std::string path) : options_(options), path_(std::move(path)) {}

  [[nodiscard]] std::string_view name() const override { return "file"; }
  Names* names() override { return &names_; }
  [[nodiscard]] bool brings_user_names() const override { return brings_owners(); }
  [[nodiscard]] bool brings_owners() const override { return kind_ == FileKind::ndjson || kind_ == FileKind::empty; }

  Expected<void> prepare(RunFacts& facts) override {
    auto file = SavedFile::open(path_, options_.timeout);
    if (!file) return tl::make_unexpected(file.error());
    const auto head = read_head(*file);
    if (!head) return tl::make_unexpected(head.error());
    kind_ = file_kind(*head);
    if (auto known = check_kind(file->name(), *head); !known) return known;
    SavedSamples samples([this](std::unique_ptr<SavedSample> sample) { take(std::move(sample)); });
    ended_ = read_all(*file, *head, samples);
    if (chosen_ == nullptr) {
      if (auto none = say_none(file->name()); !none) return none;
    }
    say_count(file->name());
    say_byte_order(file->name());
    names_.set_users(chosen_->users);
    set(facts, *file);
    return {};
  }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    if (auto refused = check_filter(query.filter); !refused) return refused;
    coverage.add(chosen_->coverage);
    say_missing_states(query, coverage);
    say_missing_family(query.filter, coverage);
    if (!ended_) coverage.complete = false;
    chosen_->hand_over(sink);
    return ended_;
  }

 private:
  [[nodiscard]] Expected<void> check_kind(const std::string& name, std::string_view head) const {
    if (auto refused = refusal(kind_, path_, "--source -")) return tl::make_unexpected(*refused);
    if (kind_ == FileKind::unknown) {
      return failure("read " + name, 0, "it may be a saved /proc/net/tcp or tcp6, a dump of ss -D, or ndjson",
                     "this is no format that tcpstat knows");
    }
    if (options_.mptcp && kind_ != FileKind::ndjson && kind_ != FileKind::empty) {
      return failure("list connections of MPTCP from " + name, 0, "save with tcpstat -M -f ndjson",
                     "it tells those of TCP");
    }
    if (kind_ == FileKind::ndjson && is_foreign(head)) {
      return failure("read " + name, 0, "save with tcpstat -f ndjson", "its first line is no JSON object of a row");
    }
    return {};
  }

  [[nodiscard]] std::unique_ptr<SampleReader> reader(SavedSamples& samples) {
    switch (kind_) {
      case FileKind::proc_text: {
        auto text = std::make_unique<SavedText>(samples, guess_);
        text_ = text.get();
        return text;
      }
      case FileKind::netlink_dump:
        return std::make_unique<SavedDump>(samples);
      case FileKind::ndjson:
        return std::make_unique<SavedLines>(samples, names_);
      case FileKind::empty:
      case FileKind::foreign_dump:
      case FileKind::gzip:
      case FileKind::xz:
      case FileKind::zstd:
      case FileKind::bzip2:
      case FileKind::trace_dat:
      case FileKind::perf_data:
      case FileKind::packets:
      case FileKind::record:
      case FileKind::utf16:
      case FileKind::table:
      case FileKind::document:
      case FileKind::unknown:
        break;
    }
    return nullptr;
  }

  /// On failure, what was read until then is kept.
  Expected<void> read_all(SavedFile& file, std::string_view head, SavedSamples& samples) {
    const auto to = reader(samples);
    if (to == nullptr) return {};
    to->feed(head);
    Expected<void> ended;
    std::uint64_t rows = 0;
    std::size_t without_row = 0;
    while (ended) {
      const auto block = file.read();
      if (!block) ended = tl::make_unexpected(block.error());
      if (!block || block->empty()) break;
      to->feed(*block);
      const std::uint64_t now = count_ + other_protocol_ + samples.rows();
      without_row = now == rows ? without_row + block->size() : 0;
      rows = now;
      if (without_row > kEndless) ended = endless(file, "there is no row");
    }
    to->finish();
    other_rows_ = text_ != nullptr ? text_->left_out() : 0;
    other_table_ = text_ != nullptr && text_->saw_other_table();
    text_ = nullptr;
    return ended;
  }

  /// Keeps the sample that was asked for, or the last.
  void take(std::unique_ptr<SavedSample> sample) {
    if (sample->mptcp != options_.mptcp) {
      ++other_protocol_;
      return;
    }
    ++count_;
    if (first_time_.empty()) first_time_ = sample->facts.time;
    if (!sample->facts.time.empty()) last_time_ = sample->facts.time;
    if (is_wanted(*sample)) chosen_ = std::move(sample);
  }

  /// Whether the sample is wanted so far: a later one may replace it.
  [[nodiscard]] bool is_wanted(const SavedSample& sample) const {
    if (options_.at) {
      // Clocks may have been set back: the later one in the file counts.
      const auto time = time_from(sample.facts.time);
      return time && *time <= *options_.at;
    }
    return !options_.sample || *options_.sample == count_;
  }

  Expected<void> say_none(const std::string& name) {
    if (options_.sample && count_ > 0) {
      return failure("show sample " + std::to_string(*options_.sample) + " of " + name, 0, "",
                     "it has " + counted(count_, "sample"));
    }
    if (options_.at && count_ > 0) {
      const std::string what = "show " + name + " at " + timestamp(*options_.at);
      if (first_time_.empty()) return failure(what, 0, "choose by number: --sample N", "its samples have no time");
      return failure(what, 0, "", "its first sample is of " + first_time_);
    }
    if (other_protocol_ > 0) {
      return failure("list connections of " + std::string(options_.mptcp ? "MPTCP" : "TCP") + " from " + name, 0,
                     options_.mptcp ? "without -M they are listed" : "-M lists them",
                     "it has those of " + std::string(options_.mptcp ? "TCP" : "MPTCP") + " alone");
    }
    if (other_table_) {
      return no_tcp_table(name);
    }
    chosen_ = std::make_unique<SavedSample>();
    chosen_->coverage.lose("empty_source", kind_ == FileKind::ndjson
                                               ? name + " has no row and no summary line of a list"
                                               : name + " is empty: it has not even a header, or the end of a dump");
    return {};
  }

  void say_count(const std::string& name) {
    Coverage& coverage = chosen_->coverage;
    if (other_rows_ > 0) {
      coverage.warn("other_tables",
                    "left out " + counted(other_rows_, "row") + " of tables that are not of TCP sockets");
    }
    if (other_protocol_ > 0) {
      coverage.warn("other_protocol", "left out " + counted(other_protocol_, "sample") + " of connections of " +
                                          (options_.mptcp ? "TCP" : "MPTCP, which -M lists"));
    }
    if (options_.at && count_ > 0) {
      coverage.warn("sample_time",
                    name + " has " + counted(count_, "sample") + "; showing that of " + chosen_->facts.time);
    }
    if (count_ < 2 || options_.sample || options_.at) return;
    std::string when;
    if (!first_time_.empty()) {
      when = ", " + shown_time(first_time_, last_time_) + " to " + shown_time(last_time_, first_time_);
    }
    coverage.warn("several_samples",
                  name + " has " + std::to_string(count_) + " samples" + when + "; showing the last; --sample chooses");
  }

  /// Refuses a filter by what text of /proc does not tell, as /proc itself does.
  [[nodiscard]] Expected<void> check_filter(const filter::Filter& filter) const {
    if (kind_ != FileKind::proc_text || filter.needs.netlink_word.empty()) return {};
    return failure("filter by " + ascii_lower(filter.needs.netlink_word) + " in text of /proc", 0,
                   "ndjson and dumps of ss -D have it: tcpstat -f ndjson > FILE", "it does not tell");
  }

  /// Not every source lists CLOSE. If other states were asked for as well, its count is null, which needs no warning.
  void say_missing_states(const filter::Query& query, Coverage& coverage) const {
    const StateSet shown = query.states & query.filter.states;
    const StateSet close{State::close};
    std::string missing;
    StateSet lacking = query.states - chosen_->coverage.visible;
    if (shown != close) lacking = lacking - close;
    for (const StateInfo& state : states()) {
      if (lacking.has(state.state)) missing += (missing.empty() ? "" : ", ") + std::string(state.name);
    }
    if (missing.empty()) return;
    std::string sentence = "sockets in " + missing + " were not saved";
    if (kind_ == FileKind::ndjson) sentence += " (tcpstat -a -f ndjson saves all)";
    if ((lacking & shown).empty()) return coverage.warn("states_not_saved", std::move(sentence));
    coverage.lose("states_not_saved", std::move(sentence));
  }

  /// If the other family was asked for as well, the count of the missing one is null, which needs no warning.
  static void say_missing_family(const filter::Filter& filter, Coverage& coverage) {
    const bool any = (filter.ipv4 && coverage.ipv4) || (filter.ipv6 && coverage.ipv6);
    if (any || !coverage.complete) return;
    coverage.lose("family_not_saved", std::string(filter.ipv6 ? "IPv6" : "IPv4") + " sockets were not saved");
  }

  void say_byte_order(const std::string& name) {
    Coverage& coverage = chosen_->coverage;
    const std::endian order = options_.byte_order.value_or(guess_.order());
    if (kind_ != FileKind::proc_text) {
      if (options_.byte_order) coverage.warn("byte_order", name + " is no text of /proc: --byte-order changes nothing");
      return;
    }
    if (order != std::endian::native) chosen_->read_in_other_order();
    if (options_.byte_order) return;
    if (const std::string warning = procfs::byte_order_warning(guess_, name); !warning.empty()) {
      coverage.warn("byte_order", warning);
    }
  }

  void set(RunFacts& facts, const SavedFile& file) {
    if (file.changed()) facts.time = *file.changed();
    if (const auto told = time_from(chosen_->facts.time)) facts.time = timestamp(*told);
    chosen_->facts.put_into(facts);
  }

  source::SourceOptions options_;
  std::string path_;
  RecordedNames names_;
  FileKind kind_ = FileKind::empty;
  SavedText* text_ = nullptr;
  procfs::ByteOrderGuess guess_;
  std::uint64_t other_rows_ = 0;
  bool other_table_ = false;
  std::uint64_t count_ = 0;           ///< samples
  std::uint64_t other_protocol_ = 0;  ///< samples that are not counted
  std::string first_time_;
  std::string last_time_;
  std::unique_ptr<SavedSample> chosen_;
  Expected<void> ended_;  ///< how the reading ended
};

}  // namespace

std::unique_ptr<source::Source> make_file_source(const source::SourceOptions& options, std::string path) {
  return std::make_unique<FileSource>(options, std::move(path));
}

}  // namespace tcpstat::logs
