#include "detect/measurements.h"

namespace tcpstat::detect::completions {
namespace {

constexpr RuleInfo kRule = {
    "completions", "how many handshakes end well?", "RFC 9293 §3.5; net/ipv4/proc.c, PassiveOpens", {}};

// PassiveOpens counts the sockets that handshakes make, so only those that ended well; no counter counts SYNs
// (net/ipv4/tcp_minisocks.c, tcp_create_openreq_child()).
void judge(const ListenerView& host, const Thresholds&, Measurements& signals) {
  signals.completions_per_s = host.per_s(&KernelCounters::passive_opens);
  signals.overflows_per_s = host.per_s(&KernelCounters::listen_overflows);
  if (!signals.completions_per_s) return;
  signals.add("completions", signals.completions_per_s, "", std::nullopt, "/s", 0, "/proc/net/snmp");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/snmp", judge};

}  // namespace tcpstat::detect::completions
