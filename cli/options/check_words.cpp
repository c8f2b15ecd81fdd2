#include "cli/options/check_words.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/nearest_word.h"
#include "check/rules.h"

namespace tcpstat::cli::options {

Parsed<check::ValueRange> parse_range(const std::string& word, std::string_view option) {
  if (const auto range = check::ValueRange::parse(word)) return *range;
  return usage_error("bad range " + in_quotes(word) + " of --" + std::string(option) +
                     " (10, 10:, ~:10, 10:20 or @10:20; the start is not above the end)");
}

Parsed<std::string> parse_rule(const std::string& word) {
  std::vector<std::string_view> ids;
  if (check::find_rule(word) != nullptr) return word;
  for (const RuleInfo& rule : check::all_rules()) ids.push_back(rule.id);
  const std::string_view nearest = nearest_word(word, ids);
  return usage_error("unknown rule " + in_quotes(word) + " (" +
                     (nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ") +
                     "see: tcpstat --list rules)");
}

std::optional<UsageError> parse_threshold(const std::string& word, Thresholds& to) {
  const std::size_t equals = word.find('=');
  const std::size_t dot = word.substr(0, equals).rfind('.');
  if (equals == std::string::npos || dot == std::string::npos) {
    return UsageError{"bad threshold " + in_quotes(word) + " (RULE.NAME=VALUE, see: tcpstat --list rules)"};
  }
  const std::string id = word.substr(0, dot);
  const std::string name = word.substr(dot + 1, equals - dot - 1);
  if (const auto rule = parse_rule(id); !rule) return rule.error();
  std::vector<std::string_view> names;
  for (const ThresholdInfo& threshold : check::find_rule(id)->thresholds) names.push_back(threshold.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    std::string all;
    for (const std::string_view known : names) all += (all.empty() ? "" : ", ") + std::string(known);
    return UsageError{"the rule " + id + " has no threshold " + in_quotes(name) + " (" +
                      (all.empty() ? "it has none" : "one of " + all) + ")"};
  }
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data() + equals + 1, end, value);
  if (error != std::errc{} || stopped != end || !std::isfinite(value)) {
    return UsageError{"bad value of the threshold " + in_quotes(word) + " (a number)"};
  }
  to.set(id, name, value);
  return std::nullopt;
}

std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./@%^";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace tcpstat::cli::options
