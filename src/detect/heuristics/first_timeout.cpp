#include <algorithm>

#include "detect/round_fit.h"

namespace tcpstat::detect::first_timeout {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"clients", 0.6, "ratio", "40 % of the ACKs lost shows 0.4; a flood of constant rate shows 1"},
    {"likelihood", 2.7, "ln", "the fit must be so much likelier than a flood: chance does it once in 100"},
    {"accused", 2, "ln", "so much likelier a flood by the later rounds alone: what is young may be clients far away"},
    {"width", 1, "s", "the first round must have been seen for so long"},
};
constexpr RuleInfo kRule = {"first-timeout", "do half-opens survive the first SYN+ACK that is sent again?",
                            "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds};
using Limits = LimitsOf<kRule>;

// How many survive the first SYN+ACK that is sent again, from requests of all rounds and those that have waited for
// more than a round trip. It helps while later rounds and outcomes do not tell yet, and it can only clear.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto span = arrival_span_s(listener);
  if (signals.completion != Completion::unknown || !span || signals.saturated == Answer::yes) return;
  if (signals.amount_aged == Amount::few || std::min(*span, 3.0) - 1 < limit("width")) return;
  const double rounds = comparable_span_s(*span, signals);
  const RoundFit all = fit_rounds(listener, rounds, Rounds::and_before, limit("clients"));
  const RoundFit later = fit_rounds(listener, rounds, Rounds::after_first_timeout, limit("clients"));
  const bool cleared = all.survival < limit("clients") && all.best_over_flood >= limit("likelihood") &&
                       later.flood_over_clients < limit("accused") && !comes_in_pulses(listener);
  signals.add("first_timeout_survivors", all.survival, "<", limit("clients"), "ratio",
              cleared && !signals.rounds_thin_out ? -2.5 : 0, "sock_diag");
  if (cleared) signals.rounds_thin_out = true;
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows with retransmits and timers", judge};

}  // namespace tcpstat::detect::first_timeout
