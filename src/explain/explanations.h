#pragma once
// What each subject of `tcpstat explain` says, as text of at most 80 columns and as JSON. Facts come from machine/.

#include <span>
#include <string>
#include <string_view>

#include "explain/ladder.h"
#include "model/kernel_limits.h"
#include "model/seen.h"
#include "report/rule.h"

namespace tcpstat::explain {

/// With which characters a diagram is drawn.
enum class Drawing : std::uint8_t { ascii, utf8 };

/// A name that can be explained, and what it means.
struct IndexEntry {
  std::string name;
  std::string meaning;
};

std::string index_text(std::span<const IndexEntry> all);
std::string index_json(std::span<const IndexEntry> all);

std::string explain_state(State state, const KernelLimits& limits);
std::string explain_pair(Seen from, Seen to);
std::string explain_lifecycle(const Lifecycle& lifecycle, Drawing drawing);
std::string explain_rule(const RuleInfo& rule);
std::string explain_rule_json(const RuleInfo& rule);
std::string explain_state_json(State state, const KernelLimits& limits);
std::string explain_pair_json(Seen from, Seen to);
/// With the rule of the same name, if there is one.
std::string explain_lifecycle_json(const Lifecycle& lifecycle, const RuleInfo* rule);

std::string machine_table();
std::string machine_dot();
std::string machine_mermaid();
std::string machine_json();

}  // namespace tcpstat::explain
