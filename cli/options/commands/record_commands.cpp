#include "cli/options/choices.h"
#include "cli/options/commands/commands.h"
#include "cli/options/read_option.h"

namespace tcpstat::cli::options {
namespace {

/// The span of --since and --until; the day before its end without a beginning.
Parsed<TimeSpan> read_time_span(const Words& words) {
  const std::chrono::microseconds at = now();
  const std::string until = words.typed.value(OptionId::until).value_or("now");
  if (const auto since = words.typed.value(OptionId::since)) return parse_time_span(*since, until, at);
  const auto end = parse_past(until, at);
  if (!end) return tl::make_unexpected(end.error());
  return TimeSpan{*end - std::chrono::hours(24), *parse_past_end(until, at)};
}

}  // namespace

Failure read(const Words& words, RecordCommand& to) {
  constexpr std::uint64_t kMostPercent = 90;
  const auto percent = [](const std::string& word) { return parse_count(word, "percentage", kMostPercent); };
  to.interval = std::chrono::seconds(10);
  to.keep = std::chrono::hours(7 * 24);
  to.max_size = std::uint64_t{1} << 30U;
  to.min_free = 5;
  to.directory = kRecordDirectory;
  to.info = words.given(OptionId::info);
  to.output.quiet = words.given(OptionId::quiet);
  to.output.verbose = words.given(OptionId::verbose);
  if (auto failed = read_text(words, OptionId::record, to.directory)) return failed;
  if (auto failed = read_interval(words, OptionId::interval, to.interval, std::chrono::seconds(1))) return failed;
  if (auto failed = read_positive(words, OptionId::count, to.count, "a record takes at least one sample"))
    return failed;
  if (auto failed = read_one(words, OptionId::keep, to.keep, parse_duration)) return failed;
  if (auto failed = read_one(words, OptionId::max_size, to.max_size, parse_size)) return failed;
  if (auto failed = read_one(words, OptionId::min_free, to.min_free, percent)) return failed;
  if (auto failed = read_live(words, to.source)) return failed;
  if (to.source.id == SourceId::file || to.source.id == SourceId::both) {
    const std::string word = words.typed.value(OptionId::source).value_or("");
    return UsageError{"record takes samples of this host, so its source is auto, netlink or proc, not " +
                      in_quotes(word)};
  }
  return std::nullopt;
}

Failure read(const Words& words, HistoryCommand& to) {
  to.directory = kRecordDirectory;
  to.findings = words.given(OptionId::findings);
  to.strict = words.given(OptionId::strict);
  if (auto failed = read_text(words, OptionId::record, to.directory)) return failed;
  const auto span = read_time_span(words);
  if (!span) return span.error();
  if (span->to < span->from) return UsageError{"--until is before --since"};
  to.span = *span;
  if (auto failed = read_interval(words, OptionId::interval, to.interval, std::chrono::seconds(1))) return failed;
  if (auto failed = read_count(words, OptionId::limit, to.limit)) return failed;
  if (auto failed = read_one(words, OptionId::by, to.by, parse_history_key)) return failed;
  for (const OptionId of_counts : {OptionId::by, OptionId::interval}) {
    if (to.findings && words.given(of_counts)) {
      return UsageError{"--findings lists findings, so --" + std::string(option_info(of_counts).name) +
                        " does not go with it"};
    }
  }
  if (to.by == "finding") to.findings = true;
  if (auto failed = read(words, to.output)) return failed;
  return read(words, to.text);
}

}  // namespace tcpstat::cli::options
