#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

// Whether this makes a scan is decided by the rule port-scan: RSTs say nothing about floods.
void judge(const ListenerView& host, const Limits&, Measurements& signals) {
  signals.resets_per_s = host.per_s(&KernelCounters::out_rsts);
  if (!signals.resets_per_s) return;
  signals.add("resets_sent", signals.resets_per_s, "", std::nullopt, "/s", 0, "/proc/net/snmp");
}

}  // namespace

constinit const Heuristic closed_port_resets_heuristic = {
    {"closed-port-resets",
     "how many RSTs does the host send, as it does for SYNs to closed ports?",
     "RFC 9293 §3.10.7.1; net/ipv4/tcp_ipv4.c, tcp_v4_send_reset(): OutRsts",
     {}},
    Scope::host,
    "two readings of /proc/net/snmp",
    judge};

}  // namespace tcpstat::detect
