#include <algorithm>

#include "detect/round_fit.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"clients", 0.6, "ratio", "40 % of the ACKs lost shows 0.4; a flood of constant rate shows 1"},
    {"likelihood", 2.7, "ln", "the fit must be so much likelier than a flood: chance does it once in 100"},
    {"accused", 2, "ln", "so much likelier a flood by the later rounds alone: what is young may be clients far away"},
    {"fill", 0.9, "ratio", "a full queue lets requests in by its own rhythm"},
    {"pruned", 0.4, "ratio", "near half of the limit the kernel drops requests of the third round: that is no answer"},
    {"width", 1, "s", "the first round must have been seen for so long"},
};

// How many survive the SYN+ACK that is sent again, told from requests of all rounds and from those that wait for more
// than a round trip already. It speaks where later rounds and fates do not say yet, and it only clears.
void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  const auto span = arrival_span_s(listener);
  if (signals.completed || !span || signals.fill.value_or(0) >= limit("fill")) return;
  if (signals.aged < kEnoughAged || std::min(*span, 3.0) - 1 < limit("width")) return;
  const double rounds = comparable_span_s(*span, signals, limit("pruned"));
  const RoundFit all = fit_rounds(listener, rounds, Rounds::and_before, limit("clients"));
  const RoundFit later = fit_rounds(listener, rounds, Rounds::after_first_timeout, limit("clients"));
  const bool cleared = all.survival < limit("clients") && all.best_over_flood >= limit("likelihood") &&
                       later.flood_over_clients < limit("accused");
  signals.add("first_timeout_survivors", all.survival, "<", limit("clients"), "ratio",
              cleared && !signals.survival_clears ? -2.5 : 0, "sock_diag");
}

}  // namespace

constinit const Heuristic first_timeout_heuristic = {
    {"first-timeout", "do half-opens survive the first SYN+ACK that is sent again?",
     "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds},
    Scope::listener,
    "half-open rows with retransmits and timers",
    judge};

}  // namespace tcpstat::detect
