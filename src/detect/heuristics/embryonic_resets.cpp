#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"some", 10, "/s", "or 0.3 of the completions: browsers give up a few"},
    {"as_many", 40, "/s", "or as many as the completions: checks of a load balancer are fewer"},
    {"many", 50, "/s", "or three times the completions: no clients do that"},
};
constexpr RuleInfo kRule = {"embryonic-resets", "do sources answer SYN+ACKs with RST?",
                            "RFC 9293 §3.10.7.4; net/ipv4/tcp_minisocks.c, tcp_check_req(): EmbryonicRsts",
                            kThresholds};
using Limits = LimitsOf<kRule>;

// Sources that exist answer the unexpected SYN+ACK with a RST, which ends the half-open at once: the table stays empty.
// The expiry of a half-open does not count here (net/ipv4/tcp_minisocks.c, tcp_check_req()).
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  signals.embryonic_per_s = host.per_s(&KernelCounters::embryonic_rsts);
  if (!signals.embryonic_per_s) return;
  const double completions = signals.completions_per_s.value_or(0);
  const double some = std::max(limit("some"), 0.3 * completions);
  const double many = std::max(limit("many"), 3 * completions);
  const double as_many = std::max(limit("as_many"), completions);
  const double rate = *signals.embryonic_per_s;
  double weight = 0;
  double against = some;
  if (rate >= many) {
    weight = 5;
    against = many;
  } else if (rate >= as_many) {
    weight = 4;
    against = as_many;
  } else if (rate >= some) {
    weight = 3;
  }
  signals.sources_reset = answer(rate >= some);
  signals.counters_accuse = signals.counters_accuse || weight > 0;
  signals.add("embryonic_resets", rate, ">=", against, "/s", weight, "/proc/net/netstat");
}

}  // namespace

constinit const Heuristic embryonic_resets_heuristic = {kRule, Scope::host, "two readings of /proc/net/netstat", judge};

}  // namespace tcpstat::detect
