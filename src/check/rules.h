#pragma once
// Every rule that can say something, from all folders that have some.

#include <string_view>
#include <vector>

#include "report/rule.h"

namespace tcpstat::check {

/// In the order of --list rules.
std::vector<RuleInfo> all_rules();
/// Those that findings name; the others only add points to a verdict.
std::vector<std::string_view> finding_rule_ids();
/// The rule with this id, or nothing; the answer lives as long as the program.
const RuleInfo* find_rule(std::string_view id);

}  // namespace tcpstat::check
