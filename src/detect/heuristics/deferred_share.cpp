#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect::deferred_share {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"share", 0.3, "ratio", "idle clients of a deferring listener measure 0.98, all others 0"},
    {"entries", kEnough, "sockets", "fewer are no class of their own"},
};
constexpr RuleInfo kRule = {"deferred-share", "how many half-opens only wait for their client's first data?",
                            "tcp(7), TCP_DEFER_ACCEPT; net/ipv4/inet_connection_sock.c, syn_ack_recalc()", kThresholds};
using Limits = LimitsOf<kRule>;

// TCP_DEFER_ACCEPT (tcp(7)) keeps a connection half-open until data come; its timer runs and nothing is sent. Such
// half-opens have clients, so they are left out of all that speaks of floods.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (listener.requests.empty()) return;
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
