#include <algorithm>

#include "detect/measurements.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect::unsent_answers {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"entries", kEnough, "sockets", "fewer are a matter of chance"},
    {"aged", 0.1, "ratio", "so few outlive the first timeout, although nobody answers"},
    {"late", 0.25, "ratio", "are older than half of it: answers within a round trip would have ended them"},
    {"unsent", 0.5, "ratio", "of them time out in a second without a SYN+ACK that is sent again"},
};
constexpr RuleInfo kRule = {"unsent-answers", "do SYN+ACKs fail to leave this host?",
                            "net/ipv4/inet_connection_sock.c, reqsk_timer_handler(): what cannot be sent is dropped",
                            kThresholds};
using Limits = LimitsOf<kRule>;

/// A deferred request times out and sends nothing either (net/ipv4/inet_connection_sock.c, syn_ack_recalc()).
bool some_are_deferred(const ListenerView& listener) {
  if (listener.grown(&KernelCounters::defer_accept_drop).value_or(0) > 0) return true;
  const auto& all = listener.input.now->listeners;
  return std::any_of(all.begin(), all.end(), [](const SynListener& one) { return one.deferred > 0; });
}

/// Timeouts a second after which nothing was sent again. RetransSegs counts what connections and requests sent again.
std::optional<double> unsent_per_s(const ListenerView& listener) {
  const auto timeouts = listener.per_s(&KernelCounters::tcp_timeouts);
  const auto requests = listener.per_s(&KernelCounters::syn_retrans);
  const auto all = listener.per_s(&KernelCounters::retrans_segs);
  if (!timeouts || !requests || !all) return std::nullopt;
  return std::max(0.0, *timeouts - std::max(*requests, *all));
}

// If a firewall of the host, or a route, refuses a SYN+ACK, nothing tells at first. When it cannot be sent again
// either, the request ends at its first timeout, after a second: TCPTimeouts counts that, TCPSynRetrans does not. Such
// requests look like those of a crowd, all of them fresh, but for their age.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  // With tcp_synack_retries 0 every request ends like this.
  if (!requests_age(listener.input.facts.settings)) return;
  const auto unsent = unsent_per_s(listener);
  if (!unsent || signals.counted < limit("entries") || some_are_deferred(listener)) return;
  double fresh = 0;
  double late = 0;
  for (const HalfOpen* entry : listener.requests) {
    const auto age = entry->age_s();
    if (entry->deferred() || entry->rounds() > 0 || !age) continue;
    fresh += 1;
    if (*age >= 0.5) late += 1;
  }
  // Each lives for a second, so that as many end in a second.
  const bool vanish = signals.aged < limit("aged") * signals.counted && late >= limit("late") * fresh &&
                      *unsent >= limit("unsent") * signals.counted;
  signals.answers_unsent = answer(vanish);
  if (vanish) signals.unsent_per_s = unsent;
  signals.add("timeouts_without_retransmit", unsent, ">=", limit("unsent") * signals.counted, "/s", 0,
              "/proc/net/netstat");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener,
                                       "half-open rows with timers and two readings of /proc/net/netstat", judge};

}  // namespace tcpstat::detect::unsent_answers
