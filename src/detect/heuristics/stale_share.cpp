#include <algorithm>
#include <numeric>

#include "detect/measurements.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect::stale_share {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"half", 0.5, "ratio", "a flood of A seconds shows (A - 1) / A; clients with 10 % loss each way show 0.33"},
    {"most", 0.8, "ratio", "a flood after 5 s; clients do so only with more than 20 % loss"},
    {"few", 0.1, "ratio", "clients that answer within a second: a flash crowd"},
    {"aged", kEnough, "sockets", "fewer are a matter of chance"},
    {"many", kMany, "sockets", "enough to be sure; also so many fresh ones make a crowd"},
};
constexpr RuleInfo kRule = {"stale-share", "how many half-opens are older than a client needs to answer?",
                            "RFC 6298 §2, §5.5; include/net/tcp.h, TCP_TIMEOUT_INIT", kThresholds};
using Limits = LimitsOf<kRule>;

Amount amount(double requests, const Limits& limit) {
  if (requests >= limit("many")) return Amount::many;
  return requests >= limit("aged") ? Amount::enough : Amount::few;
}

double stale_share(const SynListener& listener, const Limits& limit) {
  const auto aged = static_cast<double>(listener.aged());
  if (aged < limit("aged")) return 0;
  return aged / static_cast<double>(listener.half_open - listener.deferred);
}

// A client answers the SYN+ACK within a round trip. A request older than the first timeout (1 s) waits for an answer
// that got lost or will never come.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto& rounds = listener.by_rounds;
  signals.counted = std::accumulate(rounds.begin(), rounds.end(), 0.0);
  signals.aged = signals.counted - rounds[0];
  if (signals.counted <= 0) return;
  double share = signals.aged / signals.counted;
  double aged = signals.aged;
  std::string source = "sock_diag";
  // All requests of a fast flood expire together and the queue fills again at once. Then the earlier sample tells.
  if (listener.before != nullptr && share < limit("few") && signals.saturated == Answer::yes) {
    const SynListener& before = *listener.before;
    const auto counted = static_cast<double>(before.half_open - before.deferred);
    const auto old = static_cast<double>(before.aged());
    if (old >= limit("aged") && old / counted >= limit("half")) {
      share = old / counted;
      aged = old;
      source = "sock_diag, earlier sample";
    }
  }
  signals.aged = aged;
  signals.amount_aged = amount(aged, limit);
  signals.amount_counted = amount(signals.counted, limit);
  signals.late = LateRequests(signals.counted, limit("aged"), limit("few"));
  signals.late.add(aged);
  // If no request gets older than a second, age tells nothing.
  if (!requests_age(listener.input.facts.settings)) return;
  signals.staleness = Staleness::some;
  if (share < limit("few")) signals.staleness = Staleness::fresh;
  if (share >= limit("most")) signals.staleness = Staleness::most;
  double weight = 0;
  std::string_view op = ">=";
  double against = limit("half");
  if (aged >= limit("aged") && share >= limit("half")) {
    weight = 2;
    if (aged >= limit("many") && share >= limit("most")) {
      weight = 3;
      against = limit("most");
    }
  } else if (share < limit("few") && signals.counted >= limit("many") && aged < limit("many")) {
    weight = -2;
    op = "<";
    against = limit("few");
  }
  signals.add("stale_half_opens", share, op, against, "ratio", weight, source);
  signals.add("aged_half_opens", aged, ">=", limit("aged"), "sockets", 0, source);
}

}  // namespace

double most_stale(const SynInput& input, const Thresholds& thresholds) {
  const Limits limit(thresholds);
  double most = 0;
  for (const SynListener& listener : input.now->listeners) most = std::max(most, stale_share(listener, limit));
  if (input.before == nullptr) return most;
  for (const SynListener& listener : input.before->listeners) most = std::max(most, stale_share(listener, limit));
  return most;
}

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows with retransmits or timeouts", judge};

}  // namespace tcpstat::detect::stale_share
