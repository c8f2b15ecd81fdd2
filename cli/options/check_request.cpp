#include "cli/options/check_request.h"

#include "cli/options/options.h"

namespace tcpstat::cli::options {
namespace {

/// Less would see no SYN+ACK retransmit (the first comes after 1 s) and no lag between a cookie and its answer.
constexpr std::chrono::seconds kLeastInterval{3};

/// A blank would end the value in performance data.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c <= ' '; });
  return text;
}

std::string filters_as_typed(const TypedOptions& typed) {
  std::string words;
  for (const OptionInfo& option : options()) {
    if (option.group != "Filters") continue;
    const std::string name = " --" + std::string(option.long_name);
    if (option.value.empty()) {
      if (typed.flag(option.long_name)) words += name;
      continue;
    }
    for (const std::string& value : typed.values(option.long_name)) words += name + " " + shell_word(value);
  }
  return words;
}

/// One of the check's own options, given where it has no meaning.
std::optional<UsageError> misplaced(const TypedOptions& typed) {
  for (const OptionInfo& option : options()) {
    if (option.group != "Check" || typed.values(option.long_name).empty()) continue;
    return UsageError{"--" + std::string(option.long_name) + " goes with the verb check: tcpstat check"};
  }
  return std::nullopt;
}

std::optional<UsageError> meaningless(const TypedOptions& typed, const Request& request) {
  const std::string verb = request.verb == Verb::check ? "check" : "audit";
  if (request.format->name != "table" && request.format->name != "json") {
    return UsageError{verb + " prints lines for monitoring systems, or json; not " + std::string(request.format->name)};
  }
  for (const char* option : {"output", "sort", "limit"}) {
    if (!typed.values(option).empty()) {
      return UsageError{"--" + std::string(option) + " is for lists of connections, not for " + verb};
    }
  }
  return std::nullopt;
}

std::optional<UsageError> check_combination(const TypedOptions& typed, const Request& request) {
  const CheckRequest& check = request.check;
  if (check.counts()) {
    for (const char* option : {"rule", "threshold", "interval", "state-file"}) {
      if (typed.values(option).empty()) continue;
      return UsageError{"--" + std::string(option) +
                        " is for rules, while -w and -c count the selected sockets: use one"};
    }
    return std::nullopt;
  }
  if (!typed.values("state").empty() || typed.flag("all") || typed.flag("listening")) {
    return UsageError{"--state, -a and -l select what -w and -c count, and rules read all states: add -w or -c"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<UsageError> read_check_options(const TypedOptions& typed, Request& to) {
  if (to.verb != Verb::check) {
    if (auto failed = misplaced(typed)) return failed;
    return to.verb == Verb::audit ? meaningless(typed, to) : std::nullopt;
  }
  if (auto failed = meaningless(typed, to)) return failed;
  CheckRequest& check = to.check;
  check.filter_words = filters_as_typed(typed);
  if (const auto word = typed.value("warning")) {
    const auto range = parse_range(*word, "warning");
    if (!range) return range.error();
    check.warning = *range;
    check.warning_text = without_blanks(*word);
  }
  if (const auto word = typed.value("critical")) {
    const auto range = parse_range(*word, "critical");
    if (!range) return range.error();
    check.critical = *range;
    check.critical_text = without_blanks(*word);
  }
  if (const auto word = typed.value("interval")) {
    const auto interval = parse_interval(*word, kLeastInterval);
    if (!interval) return interval.error();
    to.interval = *interval;
  }
  for (const std::string& word : split_list(typed.values("rule"))) {
    const auto rule = parse_rule(word);
    if (!rule) return rule.error();
    check.rules.push_back(*rule);
  }
  for (const std::string& word : split_list(typed.values("threshold"))) {
    if (auto failed = parse_threshold(word, check.thresholds)) return failed;
  }
  if (const auto path = typed.value("state-file")) {
    if (path->empty()) return UsageError{"--state-file needs a value: PATH"};
    check.state_file = *path;
  }
  return check_combination(typed, to);
}

}  // namespace tcpstat::cli::options
