#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"sum", 1, "/s", "2 SYN/s reach it in the second run; loss of 2 % and a crowd of eight times the load never did"},
};

// Siris and Papagalou: a sum of what exceeds the ordinary finds weak floods that a single look does not.
void judge(const ListenerView& host, const Limits& limit, Measurements& signals) {
  if (!host.input.cusum) return;
  signals.add("never_completed_cusum", host.input.cusum, ">", limit("sum"), "/s",
              *host.input.cusum > limit("sum") ? 2 : 0, "state file");
}

}  // namespace

constinit const Heuristic history_heuristic = {
    {"history", "do more SYNs stay incomplete than in earlier runs?",
     "Siris, Papagalou: Application of anomaly detection algorithms for detecting SYN flooding attacks, Globecom 2004",
     kThresholds},
    Scope::host,
    "the state of earlier runs",
    judge};

}  // namespace tcpstat::detect
