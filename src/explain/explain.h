#pragma once
// What `tcpstat explain` knows, as text of at most 80 columns and as JSON. Facts come from machine/.

#include <string>
#include <string_view>

#include "explain/ladder.h"
#include "model/kernel_limits.h"
#include "model/seen.h"
#include "report/rule.h"

namespace tcpstat::explain {

/// With which characters a diagram is drawn.
enum class Drawing : std::uint8_t { ascii, utf8 };

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

/// By samples alone. legal: one step of one connection, or a new child. quirk: a state that is printed again, which is no
/// step. reachable: through other states. reuse: only another connection, or a descriptor used again.
enum class PairVerdict : std::uint8_t { legal, quirk, reachable, reuse };
PairVerdict judge(Seen from, Seen to);
std::string_view name(PairVerdict verdict);
/// What the tracepoint may print: "legal", "quirk", "illegal".
std::string_view traced_word(Seen from, Seen to);

}  // namespace tcpstat::explain
