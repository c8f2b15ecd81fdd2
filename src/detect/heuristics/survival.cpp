#include <algorithm>
#include <cmath>

#include "detect/round_fit.h"

namespace tcpstat::detect::survival {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"flood", 0.75, "ratio", "a flood of constant rate shows 1; above this, clients would lose three of four rounds"},
    {"clients", 0.6, "ratio", "40 % loss shows 0.24 to 0.58: each round brings some through"},
    {"entries", 12, "sockets", "fewer in both rounds are a matter of chance"},
    {"width", 1, "s", "the later round must have been seen for so long"},
    {"likelihood", 2.7, "ln",
     "the fit to all rounds must be so much likelier than a flood: chance does it once in 100"},
    {"accused", 2, "ln",
     "that more survive than clients leave must be so much likelier; else one look proves no flood"},
};
constexpr RuleInfo kRule = {"survival", "do half-opens survive from one timer round to the next?",
                            "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds};
using Limits = LimitsOf<kRule>;

/// Whether all rounds together show that more survives than clients leave.
bool requests_stay(const ListenerView& listener, const Measurements& signals, const Limits& limit) {
  const auto span = arrival_span_s(listener);
  if (signals.amount_aged == Amount::few || !span) return false;
  const double rounds = comparable_span_s(*span, signals);
  const RoundFit all = fit_rounds(listener, rounds, Rounds::after_first_timeout, limit("clients"));
  // If all requests are older than the rounds that can be compared, none has come for that long. Most requests of
  // clients would be young.
  return all.requests <= 0 || all.above_clients >= limit("accused");
}

// The density of requests aged 3 to 7 s over that of requests aged 1 to 3 s: how many live from one round to the next.
// With few requests all later rounds stand for the second.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const double first = listener.by_rounds[1];
  double second = listener.by_rounds[2];
  // A full queue lets requests in by its own rhythm.
  if (!listener.oldest_s || signals.saturated == Answer::yes) return;
  signals.requests_stay = requests_stay(listener, signals, limit);
  if (first <= 0) return;
  double width = std::min(*listener.oldest_s, 7.0) - 3;
  if (first + second < limit("entries")) {
    const auto span = arrival_span_s(listener);
    if (signals.amount_aged == Amount::few || !span) return;
    second = signals.aged - first;
    width = *span - 3;
  }
  if (width < limit("width")) return;
  double survival = second / width / (first / 2);
  // Two small numbers are uncertain by their roots: a slow flood must not be cleared by chance, nor clients be accused.
  const double error = survival * std::sqrt(1 / first + 1 / std::max(second, 1.0));
  double weight = 0;
  double clients = limit("clients");
  if (survival >= limit("flood") && survival - error >= limit("clients")) weight = 1;
  if (survival < limit("clients") && survival + error < limit("flood")) weight = -2.5;
  if (const auto span = arrival_span_s(listener); span && weight >= 0) {
    // The fit uses later rounds than the second, too, and leaves less to chance than the quotient of two small numbers.
    const double rounds = comparable_span_s(*span, signals);
    // If outcomes were seen, fewer requests need to be missing in later rounds.
    if (signals.completion != Completion::unknown) clients = limit("flood");
    const RoundFit all = fit_rounds(listener, rounds, Rounds::after_first_timeout, clients);
    if (all.survival < clients && all.best_over_flood >= limit("likelihood")) {
      survival = all.survival;
      weight = -2.5;
    }
  }
  // The rounds of pulses tell when they came, and not how many of them live.
  if (comes_in_pulses(listener)) weight = std::max(weight, 0.0);
  // A queue that the kernel prunes thins out as well. Clients that get through complete.
  if (listener.grown(&KernelCounters::passive_opens) == 0) weight = std::max(weight, 0.0);
  // Outcomes that were seen say more than those that are inferred, unless they are too few to decide.
  if (signals.fates_decide) weight = 0;
  if (signals.completion != Completion::unknown) weight = std::min(weight, 0.0);
  signals.rounds_thin_out = weight < 0;
  signals.requests_survive = answer(survival >= limit("flood"));
  signals.add("survival", survival, weight < 0 ? "<" : ">=", weight < 0 ? clients : limit("flood"), "ratio", weight,
              "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows with retransmits and timers", judge};

}  // namespace tcpstat::detect::survival
