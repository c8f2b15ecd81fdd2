#include "detect/measurements.h"

namespace tcpstat::detect::accept_queue {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"load", 0.9, "ratio",
     "full, or about to be: once over the limit final ACKs are dropped, and their half-opens age like a flood's"},
    {"loaded", 0.5, "ratio", "with overflows and drops between the samples, bursts fill it"},
    {"limit", 8, "connections", "a shorter queue counts only when it is full"},
};
constexpr RuleInfo kRule = {
    "accept-queue-load", "does the program accept too slowly?",
    "listen(2); net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock(); include/net/sock.h, sk_acceptq_is_full()", kThresholds};
using Limits = LimitsOf<kRule>;

// A full accept queue drops the last ACK of the handshake: half-opens of real clients grow old
// (net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock(): ListenOverflows). It is full when it exceeds its limit.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto& waiting = listener.now->accept_queue;
  const auto& most = listener.now->accept_limit;
  if (!waiting || !most) return;
  const bool full = *waiting > *most;
  const double queue_limit = *most == 0 ? 1 : *most;
  signals.accept_load = *waiting / queue_limit;
  if (*most == 0 && !full) signals.accept_load = 0;
  const bool counts = full || queue_limit >= limit("limit");
  if (!counts) signals.accept_load = 0;
  signals.accept_queue = AcceptQueue::low;
  if (*signals.accept_load >= limit("loaded")) signals.accept_queue = AcceptQueue::loaded;
  if (*signals.accept_load >= limit("load")) signals.accept_queue = AcceptQueue::full;
  const double weight = counts && signals.accept_queue == AcceptQueue::full ? -6 : 0;
  signals.add("accept_queue_load", signals.accept_load, ">=", limit("load"), "ratio", weight, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "rows of listeners from netlink", judge};

}  // namespace tcpstat::detect::accept_queue
