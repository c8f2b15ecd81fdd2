#include "cli/options/choices.h"
#include "cli/options/commands/commands.h"
#include "cli/options/read_option.h"
#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::options {
namespace {

/// A blank would end the value in performance data.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c <= ' '; });
  return text;
}

Failure read(const Words& words, CountLimits& to) {
  for (const OptionId id :
       {OptionId::rule, OptionId::threshold, OptionId::interval, OptionId::exact, OptionId::state_file}) {
    if (!words.given(id)) continue;
    return UsageError{"--" + std::string(option_info(id).name) +
                      " is for rules, while -w and -c count the selected sockets: use one"};
  }
  const auto range_of = [](OptionId id) {
    return [id](const std::string& word) { return parse_range(word, option_info(id).name); };
  };
  if (auto failed = read_one(words, OptionId::warning, to.warning, range_of(OptionId::warning))) return failed;
  if (auto failed = read_one(words, OptionId::critical, to.critical, range_of(OptionId::critical))) return failed;
  to.warning_text = without_blanks(words.typed.value(OptionId::warning).value_or(""));
  to.critical_text = without_blanks(words.typed.value(OptionId::critical).value_or(""));
  return std::nullopt;
}

Failure read(const Words& words, RuleChoice& to) {
  /// Less would see no SYN+ACK retransmit (the first comes after 1 s) and no lag between a cookie and its answer.
  constexpr std::chrono::seconds kLeastInterval{3};
  if (words.given(OptionId::state) || words.given(OptionId::all) || words.given(OptionId::listening)) {
    return UsageError{"--state, -a and -l select what -w and -c count, and rules read all states: add -w or -c"};
  }
  if (words.expression && filter::needs_of(words.expression->expression).states) {
    return UsageError{"a filter by state selects what -w and -c count, and rules read all states: add -w or -c"};
  }
  if (auto failed = read_interval(words, OptionId::interval, to.interval, kLeastInterval)) return failed;
  if (auto failed = read_each(words, OptionId::rule, to.rules, parse_rule)) return failed;
  for (const std::string& piece : words.pieces(OptionId::threshold)) {
    if (auto failed = parse_threshold(piece, to.thresholds)) return failed;
  }
  to.exact = words.given(OptionId::exact);
  if (to.exact && !to.interval) return UsageError{"--exact counts handshakes for a time: say how long by --interval"};
  if (words.given(OptionId::state_file) && host::names_several(words.typed.value(OptionId::netns).value_or(""))) {
    return UsageError{"--state-file remembers one network namespace: run check for each"};
  }
  return read_text(words, OptionId::state_file, to.state_file);
}

}  // namespace

Failure read(const Words& words, CheckCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  if (auto failed = refuse_differences(to.source, "check judges all sockets", "auto, netlink, proc or a file")) {
    return failed;
  }
  to.filter_words = filters_as_typed(words);
  if (auto failed = read_text(words, OptionId::metrics_file, to.metrics_file)) return failed;
  if (to.metrics_file == "-") {
    return UsageError{"--metrics-file writes beside what is printed, so - is none: -f prometheus prints metrics"};
  }
  const bool has_metrics = !to.metrics_file.empty() || render::format(to.output.format).counts_metrics;
  if (has_metrics) {
    if (auto failed = refuse_several_namespaces(to.source)) return failed;
  }
  const std::string_view refusal =
      has_metrics ? "" : "--ports is for -f prometheus and --metrics-file; --local-port selects sockets";
  if (auto failed = read_metrics_ports(words, refusal, to.metrics_ports)) return failed;
  if (counts_sockets(words)) return read(words, to.judge.emplace<CountLimits>());
  return read(words, to.judge.emplace<RuleChoice>());
}

}  // namespace tcpstat::cli::options
