#include <algorithm>
#include <cmath>

#include "detect/round_fit.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"flood", 0.75, "ratio", "a flood of constant rate shows 1; above this, clients would lose three of four rounds"},
    {"clients", 0.6, "ratio", "40 % loss shows 0.24 to 0.58: each round brings some through"},
    {"entries", 12, "sockets", "fewer in both rounds are a matter of chance"},
    {"aged", kEnoughAged, "sockets", "fewer in all rounds are a matter of chance"},
    {"fill", 0.9, "ratio", "a full queue lets requests in by its own rhythm"},
    {"pruned", 0.4, "ratio", "near half of the limit the kernel drops requests of the third round: that is no answer"},
    {"width", 1, "s", "the later round must have been seen for so long"},
    {"likelihood", 2.7, "ln",
     "the fit to all rounds must be so much likelier than a flood: chance does it once in 100"},
};

// The density of requests aged 3 to 7 s over that of requests aged 1 to 3 s: how many live from one round to the next.
// With few requests all later rounds stand for the second.
void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  const double first = listener.by_rounds[1];
  double second = listener.by_rounds[2];
  if (first <= 0 || !listener.oldest_s || signals.fill.value_or(0) >= limit("fill")) return;
  double width = std::min(*listener.oldest_s, 7.0) - 3;
  if (first + second < limit("entries")) {
    const auto span = arrival_span_s(listener);
    if (signals.aged < limit("aged") || !span) return;
    second = signals.aged - first;
    width = *span - 3;
  }
  if (width < limit("width")) return;
  signals.survival = second / width / (first / 2);
  // Two small numbers are uncertain by their roots; a slow flood must not be cleared by chance.
  const double error = *signals.survival * std::sqrt(1 / first + 1 / std::max(second, 1.0));
  double weight = 0;
  double clients = limit("clients");
  if (*signals.survival >= limit("flood")) weight = 1;
  if (*signals.survival < limit("clients") && *signals.survival + error < limit("flood")) weight = -2.5;
  if (const auto span = arrival_span_s(listener); span && weight >= 0) {
    // It takes later rounds than the second in too, and leaves less to chance than the quotient of two small numbers.
    const double rounds = comparable_span_s(*span, signals, limit("pruned"));
    // Where a part was seen to complete, fewer need to be missing.
    if (signals.completed) clients = limit("flood");
    const RoundFit all = fit_rounds(listener, rounds, Rounds::after_first_timeout, clients);
    if (all.survival < clients && all.best_over_flood >= limit("likelihood")) {
      signals.survival = all.survival;
      weight = -2.5;
    }
  }
  signals.survival_clears = weight < 0;
  // Fates that were seen say more than those that are inferred, but some are too few to say anything.
  if (signals.fates_decide) weight = 0;
  if (signals.completed) weight = std::min(weight, 0.0);
  signals.add("survival", signals.survival, weight < 0 ? "<" : ">=", weight < 0 ? clients : limit("flood"), "ratio",
              weight, "sock_diag");
}

}  // namespace

constinit const Heuristic survival_heuristic = {
    {"survival", "do half-opens survive from one timer round to the next?",
     "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds},
    Scope::listener,
    "half-open rows with retransmits and timers",
    judge};

}  // namespace tcpstat::detect
