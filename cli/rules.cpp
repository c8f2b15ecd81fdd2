#include "cli/rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "detect/syn_detector.h"
#include "diagnose/diagnoser.h"

namespace tcpstat {
namespace {

const std::vector<RuleInfo>& rules() {
  static const std::vector<RuleInfo> kRules = [] {
    std::vector<RuleInfo> all;
    for (const auto some : {detect_rules(), diagnose_rules()}) all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return kRules;
}

}  // namespace

std::vector<RuleInfo> all_rules() { return rules(); }

const RuleInfo* find_rule(std::string_view id) {
  const auto& all = rules();
  const auto at = std::find_if(all.begin(), all.end(), [&](const RuleInfo& rule) { return rule.id == id; });
  return at == all.end() ? nullptr : &*at;
}

std::string defaults_text(const RuleInfo& rule) {
  std::string out;
  for (const ThresholdInfo& threshold : rule.thresholds) {
    out += (out.empty() ? "" : " ") + std::string(threshold.name) + "=" + number_text(threshold.value);
  }
  return out;
}

std::string number_text(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace tcpstat
