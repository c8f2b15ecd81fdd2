#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect::client_retries {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"none", 0.05, "ratio", "floods measure 0 to 0.011"},
    {"clients", 0.2, "ratio", "lossy clients measure 0.55 to 0.91, a broken return path 0.85"},
    {"entries", kEnough, "sockets", "fewer are a matter of chance"},
};
constexpr RuleInfo kRule = {"client-retries", "do the sources repeat their SYNs, as real clients do?",
                            "RFC 6298 §5.5; include/net/request_sock.h, num_retrans and num_timeout", kThresholds};
using Limits = LimitsOf<kRule>;

bool nobody_completes(const Measurements& signals) {
  if (signals.completion != Completion::unknown) return signals.completion == Completion::nobody;
  return signals.requests_survive == Answer::yes;
}

struct Count {
  double known = 0;
  double repeated = 0;

  void add(bool repeats) {
    known += 1;
    if (repeats) repeated += 1;
  }
  [[nodiscard]] double share() const { return known > 0 ? repeated / known : 0; }
};

// netlink counts SYN+ACKs that were sent again, /proc counts timeouts (include/net/request_sock.h). If the first number
// is greater, the client repeated its SYN. Without /proc only a number above tcp_synack_retries proves that.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto& retries = listener.input.facts.settings.synack_retries;
  Count joined;
  Count alone;
  double rearmed = 0;
  for (const HalfOpen* entry : listener.requests) {
    if (!entry->retransmits || entry->deferred()) continue;
    if (entry->rounds() == 0 && *entry->retransmits == 0) continue;
    if (!entry->timeouts) {
      alone.add(retries && *entry->retransmits > *retries);
      continue;
    }
    const bool more = *entry->retransmits > *entry->timeouts;
    joined.add(more);
    if (more && entry->rounds() == 0) rearmed += 1;
  }
  // In a large table only some requests are joined; they stand for all.
  if (joined.known + alone.known < limit("entries")) return;
  const bool both = joined.known >= std::min(limit("entries"), (joined.known + alone.known) / 2);
  const Count& count = both ? joined : alone;
  const double share = count.share();
  // Without the join a small share proves nothing.
  if (!both && share < limit("clients")) return;
  // A repeated SYN begins the request anew, which makes it look fresh.
  if (both) signals.late.add(rearmed * (joined.known + alone.known) / joined.known * listener.input.now->scale);
  signals.clients_retry = answer(share >= limit("clients"));
  signals.some_retry = answer(share >= limit("none"));
  signals.retry_share = share;
  double weight = 0;
  if (share < limit("none")) weight = 1;
  if (share >= limit("clients")) weight = nobody_completes(signals) ? -2 : -4;
  signals.add("client_retries", share, weight < 0 ? ">=" : "<", weight < 0 ? limit("clients") : limit("none"), "ratio",
              weight, both ? "sock_diag, /proc/net/tcp" : "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "netlink's and /proc's rows of the same half-opens",
                                       judge};

}  // namespace tcpstat::detect::client_retries
