#include <set>

#include "detect/measurements.h"

namespace tcpstat::detect::known_sources {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"few", 0.02, "ratio", "forged sources have no other connections"},
    {"some", 0.2, "ratio", "clients open several connections at a time"},
    {"entries", kMany, "sockets", "fewer are a matter of chance"},
    {"nearly_all", 0.95, "ratio",
     "of the half-opens: a possible flood at most, for its sources are clients of this host"},
    {"clients", kMany, "sources", "that differ among these: an attacker can hold a few connections for a show"},
};
constexpr RuleInfo kRule = {"known-sources", "do the sources own connections that did complete?",
                            "RFC 4987 §2.1: forged sources", kThresholds};
using Limits = LimitsOf<kRule>;

/// Whether nearly all are of one network, of which nobody is connected. Nothing is known of that where nobody at all is.
Answer cut_off(const ListenerView& listener, const Measurements& signals, const Limits& limit) {
  if (!signals.origin || !signals.origin->network || listener.input.now->other_rows == 0) return Answer::unknown;
  return answer(signals.origin->share >= limit("nearly_all") &&
                !listener.input.now->knows_some_in(*signals.origin->network));
}

void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  double asked = 0;
  double known = 0;
  std::set<Address> clients;
  for (const HalfOpen* entry : listener.aged) {
    const auto knows = listener.input.now->knows(entry->source);
    if (!knows) continue;
    asked += 1;
    if (!*knows) continue;
    known += 1;
    clients.insert(entry->source);
  }
  if (asked < limit("entries")) return;
  signals.cut_off = cut_off(listener, signals, limit);
  const double share = known / asked;
  signals.known_share = share;
  double weight = 0;
  if (share <= limit("few")) weight = 0.5;
  if (share >= limit("some")) weight = -1;
  signals.add("known_sources", share, weight < 0 ? ">=" : "<=", weight < 0 ? limit("some") : limit("few"), "ratio",
              weight, "sock_diag");
  signals.some_are_clients = answer(share >= limit("some"));
  const auto count = static_cast<double>(clients.size());
  signals.sources_are_clients = answer(share >= limit("nearly_all") && count >= limit("clients"));
  if (signals.sources_are_clients != Answer::yes) return;
  signals.add("known_clients", count, ">=", limit("clients"), "sources", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "rows of all states", judge};

}  // namespace tcpstat::detect::known_sources
