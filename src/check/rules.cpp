#include "check/rules.h"

#include <algorithm>

#include "detect/assess.h"
#include "detect/syn_detector.h"
#include "diagnose/diagnoser.h"

namespace tcpstat::check {
namespace {

const std::vector<RuleInfo>& rules() {
  static const std::vector<RuleInfo> kRules = [] {
    std::vector<RuleInfo> all;
    for (const auto some : {detect::detect_rules(), diagnose::diagnose_rules()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return kRules;
}

}  // namespace

std::vector<RuleInfo> all_rules() { return rules(); }

std::vector<std::string_view> finding_rule_ids() {
  std::vector<std::string_view> ids;
  for (const RuleInfo* rule : detect::finding_rules()) ids.push_back(rule->id);
  for (const RuleInfo& rule : diagnose::diagnose_rules()) ids.push_back(rule.id);
  return ids;
}

const RuleInfo* find_rule(std::string_view id) {
  const auto& all = rules();
  const auto at = std::find_if(all.begin(), all.end(), [&](const RuleInfo& rule) { return rule.id == id; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace tcpstat::check
