#include "detect/signals.h"

namespace tcpstat {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"none", 0.05, "ratio", "floods measure 0 to 0.011"},
    {"clients", 0.2, "ratio", "lossy clients measure 0.55 to 0.91, a broken return path 0.85"},
    {"survival", 0.75, "ratio", "from here on nobody completes, and retries may be replayed"},
    {"entries", kEnoughAged, "sockets", "fewer are a matter of chance"},
};

bool nobody_completes(const Signals& signals, const Limits& limit) {
  if (signals.completed) return *signals.completed < limit("none");
  return signals.survival && *signals.survival >= limit("survival");
}

// netlink counts SYN+ACKs sent again, /proc counts timeouts (include/net/request_sock.h): more of the first need a
// client that repeated its SYN. Without /proc only those beyond tcp_synack_retries are proven.
void judge(const Case& listener, const Limits& limit, Signals& signals) {
  const auto& retries = listener.input.facts.settings.synack_retries;
  double known = 0;
  double repeated = 0;
  double joined = 0;
  for (const HalfOpen* entry : listener.requests) {
    if (!entry->retransmits || entry->deferred()) continue;
    const bool both = entry->timeouts.has_value();
    if (entry->rounds() == 0 && *entry->retransmits == 0) continue;
    known += 1;
    if (both) joined += 1;
    const bool more = both ? *entry->retransmits > *entry->timeouts : retries && *entry->retransmits > *retries;
    if (more) repeated += 1;
    if (more && entry->rounds() == 0) signals.rearmed += listener.input.now->scale;
  }
  if (known < limit("entries")) return;
  const double share = repeated / known;
  // Without the join a small share proves nothing.
  if (joined < known / 2 && share < limit("clients")) return;
  signals.retried = share;
  double weight = 0;
  if (share < limit("none")) weight = 1;
  if (share >= limit("clients")) weight = nobody_completes(signals, limit) ? -2 : -4;
  signals.add("client_retries", share, weight < 0 ? ">=" : "<", limit(weight < 0 ? "clients" : "none"), "ratio", weight,
              joined > 0 ? "sock_diag, /proc/net/tcp" : "sock_diag");
}

}  // namespace

constinit const Heuristic client_retries_heuristic = {
    {"client-retries", "do the sources repeat their SYNs, as real clients do?",
     "RFC 6298 §5.5; include/net/request_sock.h, num_retrans and num_timeout", kThresholds},
    Scope::listener,
    "netlink's and /proc's rows of the same half-opens",
    judge};

}  // namespace tcpstat
