#include "detect/measurements.h"

namespace tcpstat::detect::client_liveness {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"alive", 1.15, "ratio", "floods measure 0.83 to 1.03, lossy clients 1.08 to 1.43, a broken return path 3.3"},
    {"timeouts", 3, "/s", "fewer timeouts make the ratio a matter of chance"},
};
constexpr RuleInfo kRule = {"client-liveness", "do clients repeat their SYNs, as programs do and floods do not?",
                            "RFC 6298 §5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds};
using Limits = LimitsOf<kRule>;

// Each timer round adds one to both counters, and the last one to TCPTimeouts alone. There are more retransmits than
// timeouts only if clients send their SYN again (net/ipv4/tcp_minisocks.c, tcp_check_req()).
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto timeouts = host.per_s(&KernelCounters::tcp_timeouts);
  const auto retransmits = host.per_s(&KernelCounters::syn_retrans);
  if (!timeouts || !retransmits || *timeouts < limit("timeouts")) return;
  const double ratio = *retransmits / *timeouts;  // may exceed 1
  signals.clients_alive = answer(ratio > limit("alive"));
  const double weight = signals.clients_alive == Answer::yes ? -2 : 0;
  signals.add("syn_retransmits_per_timeout", ratio, ">", limit("alive"), "ratio", weight, "/proc/net/netstat");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/netstat", judge};

}  // namespace tcpstat::detect::client_liveness
