#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"most", 0.5, "ratio", "more SYNs are abandoned than completed"},
    {"some", 0.15, "ratio", "more than clients with 15 % loss would leave"},
    {"few", 0.05, "ratio", "ordinary"},
};

void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  if (listener.host == nullptr || !listener.host->completions_per_s) return;
  const double completions = *listener.host->completions_per_s;
  // Little's law: so long would each handshake take if these requests were to complete at that rate.
  if (completions > 0) {
    signals.handshake_s = signals.half_open / completions;
    signals.add("implied_handshake", signals.handshake_s, "", std::nullopt, "s", 0, "sock_diag, /proc/net/snmp");
  }
  if (!signals.arrivals_per_s || *signals.arrivals_per_s + completions <= 0) return;
  signals.abandoned = *signals.arrivals_per_s / (*signals.arrivals_per_s + completions);
  double weight = 0;
  double against = limit("some");
  if (*signals.abandoned >= limit("most")) {
    weight = 1.5;
    against = limit("most");
  } else if (*signals.abandoned >= limit("some")) {
    weight = 0.5;
  } else if (*signals.abandoned < limit("few")) {
    // Many clients beside a small flood excuse nothing where fates were seen and none of them completed.
    const bool nobody_completed = signals.completed && *signals.completed < limit("few");
    weight = nobody_completed ? 0 : -1;
    against = limit("few");
  }
  signals.add("abandoned", signals.abandoned, weight < 0 ? "<" : ">=", against, "ratio", weight,
              "sock_diag, /proc/net/snmp");
}

}  // namespace

constinit const Heuristic abandonment_heuristic = {
    {"abandonment", "which part of the SYNs never completes?",
     "Wang, Zhang, Shin: Detecting SYN Flooding Attacks, INFOCOM 2002; Little's law", kThresholds},
    Scope::listener,
    "aged half-opens and two readings of /proc/net/snmp",
    judge};

}  // namespace tcpstat::detect
