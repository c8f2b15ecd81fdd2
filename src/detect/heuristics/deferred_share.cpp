#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect::deferred_share {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"share", 0.3, "ratio", "idle clients of a deferring listener measure 0.98, all others 0"},
    {"entries", kEnough, "sockets", "fewer are no class of their own"},
    {"acks", 0.5, "ratio", "over /proc alone: so many ACKs were held back for each request that stays"},
};
constexpr RuleInfo kRule = {"deferred-share", "how many half-opens only wait for their client's first data?",
                            "tcp(7), TCP_DEFER_ACCEPT; net/ipv4/inet_connection_sock.c, syn_ack_recalc()", kThresholds};
using Limits = LimitsOf<kRule>;

/// /proc shows timeouts alone, and nothing tells then what was sent.
bool rows_tell(const ListenerView& listener) {
  return std::any_of(listener.requests.begin(), listener.requests.end(),
                     [](const HalfOpen* entry) { return entry->retransmits.has_value(); });
}

// The kernel counts each ACK that it holds back (net/ipv4/tcp_minisocks.c, tcp_check_req()). Of clients that stay idle
// there is one for each request.
void judge_by_counter(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  const auto seconds = listener.seconds();
  // In one sample those of all time, which clears too many rather than too few.
  const auto held_back = seconds ? listener.grown(&KernelCounters::defer_accept_drop)
                                 : std::optional<double>(listener.input.facts.counters.defer_accept_drop);
  const double stay = seconds ? signals.arrivals_per_s.value_or(0) * *seconds : signals.aged;
  if (!held_back || stay <= 0) return;
  signals.may_defer = answer(*held_back >= limit("acks") * stay);
  signals.add("acks_held_back", held_back, ">=", limit("acks") * stay, "ACKs", 0, "/proc/net/netstat");
}

// TCP_DEFER_ACCEPT (tcp(7)) keeps a connection half-open until data come; its timer runs and nothing is sent. Such
// half-opens have clients, so they are left out of all that speaks of floods.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (listener.requests.empty()) return;
  if (!rows_tell(listener)) return judge_by_counter(listener, limit, signals);
  const auto deferred = std::count_if(listener.requests.begin(), listener.requests.end(),
                                      [](const HalfOpen* entry) { return entry->deferred(); });
  const double share = static_cast<double>(deferred) / static_cast<double>(listener.requests.size());
  signals.deferring = answer(share >= limit("share"));
  signals.amount_deferred = share * signals.half_open >= limit("entries") ? Amount::enough : Amount::few;
  signals.add("deferred_half_opens", share, ">=", limit("share"), "ratio", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows with timers", judge};

}  // namespace tcpstat::detect::deferred_share
