#include "detect/measurements.h"

namespace tcpstat::detect::abandonment {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"most", 0.5, "ratio", "more SYNs are abandoned than completed"},
    {"some", 0.15, "ratio", "more than clients with 15 % loss would leave"},
    {"few", 0.05, "ratio", "ordinary"},
};
constexpr RuleInfo kRule = {"abandonment", "which part of the SYNs never completes?",
                            "Wang, Zhang, Shin: Detecting SYN Flooding Attacks, INFOCOM 2002; Little's law",
                            kThresholds};
using Limits = LimitsOf<kRule>;

void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (listener.host == nullptr || !listener.host->completions_per_s) return;
  const double completions = *listener.host->completions_per_s;
  // Little's law: this is how long each handshake would take if these requests completed at that rate.
  if (completions > 0) {
    signals.handshake_s = signals.half_open / completions;
    signals.add("implied_handshake", signals.handshake_s, "", std::nullopt, "s", 0, "sock_diag, /proc/net/snmp");
  }
  if (!signals.arrivals_per_s || *signals.arrivals_per_s + completions <= 0) return;
  const double abandoned = *signals.arrivals_per_s / (*signals.arrivals_per_s + completions);
  double weight = 0;
  double against = limit("some");
  if (abandoned >= limit("most")) {
    weight = 1.5;
    against = limit("most");
  } else if (abandoned >= limit("some")) {
    weight = 0.5;
  } else if (abandoned < limit("few")) {
    // Many clients beside a small flood excuse nothing if nobody of those that waited completed.
    weight = signals.completion == Completion::nobody ? 0 : -1;
    against = limit("few");
  }
  signals.add("abandoned", abandoned, weight < 0 ? "<" : ">=", against, "ratio", weight, "sock_diag, /proc/net/snmp");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "aged half-opens and two readings of /proc/net/snmp",
                                       judge};

}  // namespace tcpstat::detect::abandonment
