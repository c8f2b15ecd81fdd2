#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect::silent_drops {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"drops", 1, "/s", "or a tenth of the completions, whichever is more"},
    {"stale", 0.3, "ratio", "a queue that is full of fresh requests may be a crowd in front of a short queue"},
    {"handshake", 0.5, "s",
     "requests that complete in this time on average are those of clients: a flood's stay for 7 s"},
    {"far_handshake", 3, "s",
     "the same of clients far away, while fewer are stale: a flood's full queue is nearly all"},
};
constexpr RuleInfo kRule = {"silent-drops", "are SYNs dropped because the SYN queue is full?",
                            "net/ipv4/tcp_input.c, tcp_conn_request(): TCPReqQFullDrop, ListenDrops", kThresholds};
using Limits = LimitsOf<kRule>;

/// The requests of all listeners in the sample that has more, and which part of them is older than the first timeout in
/// the sample where that is more.
struct Waiting {
  double requests = 0;
  double old_share = 0;
};
Waiting waiting(const ListenerView& host) {
  Waiting most;
  for (const SynSample* sample : {host.input.now, host.input.before}) {
    if (sample == nullptr) continue;
    double old = 0;
    double all = 0;
    for (const SynListener& listener : sample->listeners) {
      old += static_cast<double>(listener.aged());
      all += static_cast<double>(listener.half_open - listener.deferred);
    }
    most.requests = std::max(most.requests, static_cast<double>(sample->half_open()));
    if (all > 0) most.old_share = std::max(most.old_share, old / all);
  }
  return most;
}

/// Little's law: the requests in the table over the handshakes that end well in a second are how long each is there.
bool turns_over(const Waiting& queue, double completions_per_s, const Limits& limit) {
  const double longest = queue.old_share < limit("stale") ? limit("far_handshake") : limit("handshake");
  return queue.requests > 0 && queue.requests <= longest * completions_per_s;
}

// With tcp_syncookies=0 a full queue drops SYNs. The rule that keeps the last quarter of tcp_max_syn_backlog for proven
// peers counts in ListenDrops alone (net/ipv4/tcp_input.c, tcp_conn_request()), so overflows are taken off that.
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto full = host.per_s(&KernelCounters::req_q_full_drop);
  const auto drops = host.per_s(&KernelCounters::listen_drops);
  const auto overflows = host.per_s(&KernelCounters::listen_overflows);
  if (!full && !(drops && overflows)) return;
  double other = drops && overflows ? std::max(0.0, *drops - *overflows) : 0;
  // A SYN whose answer has no route is dropped, and counts as one for which there is no room (net/ipv4/tcp_input.c,
  // tcp_conn_request(); net/ipv4/inet_connection_sock.c, inet_csk_route_req()).
  signals.unrouted_per_s = std::min(other, host.per_s(&KernelCounters::out_no_routes).value_or(0));
  other -= signals.unrouted_per_s;
  signals.silent_drops_per_s = std::max(full.value_or(0), other);
  const double many = std::max(limit("drops"), signals.completions_per_s.value_or(0) / 10);
  signals.syns_dropped = answer(*signals.silent_drops_per_s >= many);
  double weight = 0;
  // Where clients repeat their SYNs, overload explains the drops.
  if (signals.syns_dropped == Answer::yes && signals.clients_alive != Answer::yes) {
    weight = stale_share::most_stale(host.input, thresholds) >= limit("stale") ? 4 : 2;
    // A queue that clients empty all the time is too short for them, whoever else sends SYNs.
    const bool clients = turns_over(waiting(host), signals.completions_per_s.value_or(0), limit);
    signals.queue_turns_over = answer(clients);
    if (clients) weight -= 2;
    signals.counters_accuse = signals.counters_accuse || !clients;
  }
  signals.add("silent_drops", signals.silent_drops_per_s, ">=", many, "/s", weight, "/proc/net/netstat");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/netstat", judge};

}  // namespace tcpstat::detect::silent_drops
