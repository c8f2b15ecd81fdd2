#pragma once
// Pieces of findings: numbers as people say them, evidence, and commands that exist.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity_text.h"
#include "diagnose/diagnosis.h"
#include "diagnose/row_groups.h"

namespace tcpstat::diagnose {

inline constexpr std::string_view kOldest = ", the oldest for ";
/// ", the oldest for 12 min"; empty where no age is known, or none that tells anything.
std::string oldest_text(const std::optional<std::uint64_t>& oldest_ms, std::string_view before = kOldest);
/// "73 %".
std::string percent(double share);
/// With a capital, if it begins with a small letter.
std::string sentence_start(std::string words);
/// " on :443", " to :443 and others".
std::string service_text(const RowGroup& group);

/// Who acts in a group by holder: its subject, or "a program here" where only the remote end of its connections is known.
std::string actor_text(const GroupKey& key, const Subject& about);
/// Words that begin with actor_text(), as the beginning of a sentence. The name of a process stays as it is.
std::string actor_sentence(const GroupKey& key, std::string words);
/// Which connections those are, beside actor_text(): service_text() of a process, " to 192.0.2.1:443", or nothing.
std::string held_text(const GroupKey& key, const RowGroup& group);

/// "about 1200 others came and went well"; empty if none did.
std::string well_meanwhile(double connections);

/// critical, warning or ok.
Severity judged(double value, double warning, double critical);

Evidence measured(std::string_view quantity, double value, std::string_view unit, std::string_view source);
/// How many connections came and went well beside those that are stuck, if any did.
void add_well_meanwhile(double connections, std::vector<Evidence>& to);
/// Held against `limit`.
Evidence measured(std::string_view quantity, double value, double limit, std::string_view unit,
                  std::string_view source);

inline constexpr std::string_view kFromDump = "sock_diag";
inline constexpr std::string_view kFromSockstat = "/proc/net/sockstat";

/// `tcpstat --state CLOSE_WAIT -p`: lists what a finding speaks of.
std::string list_command(StateSet states, std::string_view more);
/// `--pid 812`, `--local-port 443`, `--remote 192.0.2.1:443`, in quotes where a shell would read more into it.
std::string filter_text(const GroupKey& key);

/// A threshold of a rule, as the user set it or by default.
double limit_of(const RuleLimits& rule_limits, const RuleInfo& rule, std::string_view name);

}  // namespace tcpstat::diagnose
