#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"none", 0.05, "ratio", "floods measure 0 to 0.011"},
    {"clients", 0.2, "ratio", "lossy clients measure 0.55 to 0.91, a broken return path 0.85"},
    {"survival", 0.75, "ratio", "from here on nobody completes, and retries may be replayed"},
    {"entries", kEnoughAged, "sockets", "fewer are a matter of chance"},
};

bool nobody_completes(const Measurements& signals, const Limits& limit) {
  if (signals.completed) return *signals.completed < limit("none");
  return signals.survival && *signals.survival >= limit("survival");
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

// netlink counts SYN+ACKs sent again, /proc counts timeouts (include/net/request_sock.h): more of the first need a
// client that repeated its SYN. Without /proc only those beyond tcp_synack_retries are proven.
void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
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
  // Some of a large table are joined, and stand for all of it.
  if (joined.known + alone.known < limit("entries")) return;
  const bool both = joined.known >= std::min(limit("entries"), (joined.known + alone.known) / 2);
  const Count& count = both ? joined : alone;
  const double share = count.share();
  // Without the join a small share proves nothing.
  if (!both && share < limit("clients")) return;
  if (both) signals.rearmed = rearmed * (joined.known + alone.known) / joined.known * listener.input.now->scale;
  signals.retried = share;
  double weight = 0;
  if (share < limit("none")) weight = 1;
  if (share >= limit("clients")) weight = nobody_completes(signals, limit) ? -2 : -4;
  signals.add("client_retries", share, weight < 0 ? ">=" : "<", limit(weight < 0 ? "clients" : "none"), "ratio", weight,
              both ? "sock_diag, /proc/net/tcp" : "sock_diag");
}

}  // namespace

constinit const Heuristic client_retries_heuristic = {
    {"client-retries", "do the sources repeat their SYNs, as real clients do?",
     "RFC 6298 §5.5; include/net/request_sock.h, num_retrans and num_timeout", kThresholds},
    Scope::listener,
    "netlink's and /proc's rows of the same half-opens",
    judge};

}  // namespace tcpstat::detect
