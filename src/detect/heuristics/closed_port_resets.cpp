#include <algorithm>

#include "detect/assess.h"
#include "detect/finding_rules.h"
#include "detect/measurements.h"

namespace tcpstat::detect::closed_port_resets {
namespace {

constexpr RuleInfo kRule = {"closed-port-resets",
                            "how many RSTs does the host send, as it does for SYNs to closed ports?",
                            "RFC 9293 §3.10.7.1; net/ipv4/tcp_ipv4.c, tcp_v4_send_reset(): OutRsts",
                            {}};

// RSTs say nothing about floods, but many of them make a finding of their own. Some are sent because of
// tcp_abort_on_overflow, others by programs that break their connections off, and then for what is still under way on
// those. RSTs that come from sources (EmbryonicRsts) are a sign of a flood.
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  signals.resets_per_s = host.per_s(&KernelCounters::out_rsts);
  if (!signals.resets_per_s) return;
  const LimitsOf<kRefusedRule> limit(thresholds);
  const bool aborts = host.input.facts.settings.abort_on_overflow == 1;
  const double own = broken_off_per_s(host) + (aborts ? signals.overflows_per_s.value_or(0) : 0);
  const double most = std::max(limit("resets"), 2 * signals.completions_per_s.value_or(0));
  const bool probed = *signals.resets_per_s - own >= most;
  signals.closed_ports_probed = answer(probed && signals.embryonic_per_s.value_or(0) < *signals.resets_per_s / 10);
  signals.add("resets_sent", signals.resets_per_s, "", std::nullopt, "/s", 0, "/proc/net/snmp");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/snmp", judge};

}  // namespace tcpstat::detect::closed_port_resets
