#include "report/rule.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace tcpstat::inline report {

std::string defaults_text(const RuleInfo& rule) {
  std::string out;
  for (const ThresholdInfo& threshold : rule.thresholds) {
    out += (out.empty() ? "" : " ") + std::string(threshold.name) + "=" + number_text(threshold.value);
  }
  return out;
}

double Thresholds::get(const RuleInfo& rule, std::string_view name) const {
  const auto info = std::find_if(rule.thresholds.begin(), rule.thresholds.end(),
                                 [&](const ThresholdInfo& one) { return one.name == name; });
  assert(info != rule.thresholds.end());
  if (changed_.empty()) return info->value;
  const auto at = changed_.find(std::string(rule.id) + "." + std::string(name));
  return at == changed_.end() ? info->value : at->second;
}

std::string number_text(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace tcpstat::inline report
