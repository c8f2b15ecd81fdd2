#include "detect/measurements.h"

namespace tcpstat::detect::impossible_sources {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"share", 0.02, "ratio", "random 32-bit sources lie in 240.0.0.0/4 in 6 of 100 cases, clients never"},
    {"entries", 2, "sockets", "one may be an accident"},
};
constexpr RuleInfo kRule = {"impossible-sources", "are there sources that no host can have?",
                            "RFC 1122 §3.2.1.3; RFC 1112 §4", kThresholds};
using Limits = LimitsOf<kRule>;

// No host may send from these (RFC 1122 §3.2.1.3, RFC 1112 §4); Linux accepts SYNs from 240.0.0.0/4 all the same.
// Private addresses are ordinary inside a network.
bool impossible(const HalfOpen& entry, const Address& local) {
  if (entry.source.family != Family::ipv4) return false;
  const unsigned first = entry.source.bytes[0];
  const bool loopback_here = local.family == Family::ipv4 && local.bytes[0] == 127;
  return first >= 240 || first == 0 || (first == 127 && !loopback_here && !local.is_wildcard());
}

void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (signals.amount_aged == Amount::few || listener.aged.empty()) return;
  double found = 0;
  for (const HalfOpen* entry : listener.aged) {
    if (impossible(*entry, listener.now->local.address)) found += 1;
  }
  const double share = found / static_cast<double>(listener.aged.size());
  const double weight = found >= limit("entries") && share >= limit("share") ? 2 : 0;
  signals.add("impossible_sources", share, ">=", limit("share"), "ratio", weight, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows", judge};

}  // namespace tcpstat::detect::impossible_sources
