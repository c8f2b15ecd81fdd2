#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "detect/signals.h"

namespace tcpstat {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"flood", 0.75, "ratio", "a flood of constant rate shows 1; above this, clients would lose three of four rounds"},
    {"clients", 0.6, "ratio", "40 % loss shows 0.24 to 0.58: each round brings some through"},
    {"entries", 12, "sockets", "fewer in both rounds are a matter of chance"},
    {"aged", kEnoughAged, "sockets", "fewer in all rounds are a matter of chance"},
    {"fill", 0.9, "ratio", "a full queue lets requests in by its own rhythm"},
    {"pruned", 0.4, "ratio", "near half of the queue's limit, rounds after the second tell nothing"},
    {"width", 1, "s", "the later round must have been seen for so long"},
    {"likelihood", 2.7, "ln",
     "the fit to all rounds must be so much likelier than a flood: chance does it once in 100"},
};

/// How long requests have been arriving. Nine tenths of them are younger than this many of ten: one straggler does not
/// stretch it.
std::optional<double> span_s(const Case& listener) {
  std::vector<double> ages;
  for (const HalfOpen* entry : listener.aged) {
    if (const auto age = entry->age_s()) ages.push_back(*age);
  }
  if (ages.empty()) return std::nullopt;
  const auto at = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() * 9 / 10);
  std::nth_element(ages.begin(), at, ages.end());
  return 1 + (*at - 1) / 0.9;
}

struct Fit {
  double survival = 1;
  double likelihood = 0;  ///< logarithm of how much likelier than a flood of constant rate
};

/// The survival by round that explains the ages of all requests best. It takes later rounds than the second in too, and
/// leaves less to chance than the quotient of two small numbers. Those older than `span` are stragglers.
Fit fit(const Case& listener, double span) {
  std::array<double, kRounds> widths{};
  std::array<double, kRounds> counts{};
  double all = 0;
  for (const HalfOpen* entry : listener.aged) {
    const auto age = entry->age_s();
    if (!age || *age > span || entry->rounds() >= kRounds) continue;
    counts[entry->rounds()] += 1;
    all += 1;
  }
  double width = 0;
  for (std::size_t k = 1; k < kRounds; ++k) {
    const auto begin = static_cast<double>((std::uint64_t{1} << k) - 1);
    widths[k] = std::max(0.0, std::min(2 * begin + 1, span) - begin);
    width += widths[k];
  }
  Fit best;
  for (int twentieths = 19; twentieths > 0; --twentieths) {
    const double survival = twentieths / 20.0;
    double expected = 0;
    for (std::size_t k = 1; k < kRounds; ++k) expected += widths[k] * std::pow(survival, k - 1);
    double likelihood = all * std::log(width / expected);
    for (std::size_t k = 2; k < kRounds; ++k) likelihood += counts[k] * static_cast<double>(k - 1) * std::log(survival);
    if (likelihood > best.likelihood) best = {survival, likelihood};
  }
  return best;
}

// The density of requests aged 3 to 7 s over that of requests aged 1 to 3 s: how many live from one round to the next.
// With few requests all later rounds stand for the second.
void judge(const Case& listener, const Limits& limit, Signals& signals) {
  const double first = listener.by_rounds[1];
  double second = listener.by_rounds[2];
  if (first <= 0 || !listener.oldest_s || signals.fill.value_or(0) >= limit("fill")) return;
  double width = std::min(*listener.oldest_s, 7.0) - 3;
  if (first + second < limit("entries")) {
    const auto span = span_s(listener);
    if (signals.aged < limit("aged") || !span) return;
    second = signals.aged - first;
    width = *span - 3;
  }
  if (width < limit("width")) return;
  signals.survival = second / width / (first / 2);
  // Two small numbers are uncertain by their roots; a slow flood must not be cleared by chance.
  const double error = *signals.survival * std::sqrt(1 / first + 1 / std::max(second, 1.0));
  double weight = 0;
  if (*signals.survival >= limit("flood")) weight = 1;
  if (*signals.survival < limit("clients") && *signals.survival + error < limit("flood")) weight = -2.5;
  if (const auto span = span_s(listener); span && weight >= 0) {
    // Above half of the limit the kernel drops requests of the third round and later: that is no answer.
    const bool pruned = signals.fill.value_or(1) >= limit("pruned");
    const Fit all = fit(listener, pruned ? std::min(*span, 7.0) : *span);
    if (all.survival < limit("clients") && all.likelihood >= limit("likelihood")) {
      signals.survival = all.survival;
      weight = -2.5;
    }
  }
  // Fates that were seen say more than those that are inferred.
  if (signals.completed) weight = 0;
  signals.add("survival", signals.survival, weight < 0 ? "<" : ">=", limit(weight < 0 ? "clients" : "flood"), "ratio",
              weight, "sock_diag");
}

}  // namespace

constinit const Heuristic survival_heuristic = {
    {"survival", "do half-opens survive from one timer round to the next?",
     "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds},
    Scope::listener,
    "half-open rows with retransmits and timers",
    judge};

}  // namespace tcpstat
