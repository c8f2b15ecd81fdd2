#include "detect/measurements.h"

namespace tcpstat::detect::history {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"sum", 1, "/s", "2 SYN/s reach it in the second run; loss of 2 % and a crowd of eight times the load never did"},
};
constexpr RuleInfo kRule = {
    "history", "do more SYNs stay incomplete than in earlier runs?",
    "Siris, Papagalou: Application of anomaly detection algorithms for detecting SYN flooding attacks, Globecom 2004",
    kThresholds};
using Limits = LimitsOf<kRule>;

// Siris and Papagalou: adding up what exceeds the ordinary finds weak floods that a single run does not show.
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (!host.input.cusum) return;
  signals.adds_up = answer(*host.input.cusum > limit("sum"));
  signals.add("never_completed_cusum", host.input.cusum, ">", limit("sum"), "/s",
              signals.adds_up == Answer::yes ? 2 : 0, "state file");
}

}  // namespace

double alarm_sum(const Thresholds& thresholds) { return Limits(thresholds)("sum"); }

constinit const Heuristic heuristic = {kRule, Scope::host, "the state of earlier runs", judge};

}  // namespace tcpstat::detect::history
