#pragma once
// Every rule that can say something, from all folders that have some.

#include <string>
#include <string_view>
#include <vector>

#include "model/rule.h"

namespace tcpstat {

/// In the order of --list rules.
std::vector<RuleInfo> all_rules();
/// The rule with this id, or nothing; the answer lives as long as the program.
const RuleInfo* find_rule(std::string_view id);

/// "warning=10 critical=100 age_s=60": as --threshold takes them.
std::string defaults_text(const RuleInfo& rule);
/// Without needless zeros: "10", "0.25".
std::string number_text(double value);

}  // namespace tcpstat
