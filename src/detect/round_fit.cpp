#include "detect/round_fit.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "detect/queue_limit.h"
#include "model/kernel_timers.h"

namespace tcpstat::detect {
namespace {

constexpr double kFreshFromS = 0.5;  // a round trip of most clients is over by then
constexpr double kFreshToS = 1;      // the first timeout

double round_end_s(std::size_t round) {
  return std::chrono::duration<double>(request_round_end(static_cast<std::uint32_t>(round))).count();
}

/// Requests by round, and how many seconds of arrivals each round holds.
struct Histogram {
  std::array<double, kRounds> counts{};
  std::array<double, kRounds> widths{};
  double all = 0;

  void add(std::size_t round) {
    counts[round] += 1;
    all += 1;
  }

  /// Logarithm of the likelihood of the counts, without the terms that do not depend on the survival.
  [[nodiscard]] double likelihood(double survival) const {
    double expected = 0;
    double sum = 0;
    const double log_survival = std::log(survival);
    for (std::size_t k = 0; k < kRounds; ++k) {
      if (widths[k] > 0) expected += widths[k] * std::pow(survival, k);
      sum += counts[k] * static_cast<double>(k) * log_survival;
    }
    return sum - all * std::log(expected);
  }
};

Histogram histogram(const ListenerView& listener, double span, Rounds rounds) {
  Histogram out;
  for (const HalfOpen* entry : listener.aged) {
    const auto age = entry->age_s();
    if (age && *age <= span && entry->rounds() < kRounds) out.add(entry->rounds());
  }
  for (std::size_t k = 1; k < kRounds; ++k) {
    const double begin = round_end_s(k - 1);
    out.widths[k] = std::max(0.0, std::min(round_end_s(k), span) - begin);
  }
  if (rounds == Rounds::after_first_timeout) return out;
  out.widths[0] = kFreshToS - kFreshFromS;
  for (const HalfOpen* entry : listener.requests) {
    const auto age = entry->age_s();
    if (entry->rounds() == 0 && !entry->deferred() && age && *age >= kFreshFromS && *age < kFreshToS) out.add(0);
  }
  return out;
}

}  // namespace

std::optional<double> arrival_span_s(const ListenerView& listener) {
  std::vector<double> ages;
  for (const HalfOpen* entry : listener.aged) {
    if (const auto age = entry->age_s()) ages.push_back(*age);
  }
  if (ages.empty()) return std::nullopt;
  const auto at = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() * 9 / 10);
  std::nth_element(ages.begin(), at, ages.end());
  return 1 + (*at - 1) / 0.9;
}

double comparable_span_s(double span, const Measurements& signals) {
  return signals.may_be_pruned == Answer::no ? span : std::min(span, kPrunedLifeS);
}

bool comes_in_pulses(const ListenerView& listener) {
  constexpr double kErrors = 2;  // of a count, which is uncertain by its root
  double least_above = std::numeric_limits<double>::infinity();
  for (std::size_t round = 1; round < kRounds; ++round) {
    const double width = round_end_s(round) - round_end_s(round - 1);
    const double count = listener.by_rounds[round];
    if (count - kErrors * std::sqrt(count) > least_above * width) return true;
    least_above = std::min(least_above, (count + kErrors * std::sqrt(std::max(count, 1.0))) / width);
  }
  return false;
}

RoundFit fit_rounds(const ListenerView& listener, double span, Rounds rounds, double clients) {
  const Histogram seen = histogram(listener, span, rounds);
  RoundFit fit{.requests = seen.all};
  if (seen.all <= 0) return fit;
  const double flood = seen.likelihood(1);
  double best_above = flood;
  double best_of_clients = -std::numeric_limits<double>::infinity();
  for (int twentieths = 19; twentieths > 0; --twentieths) {
    const double survival = twentieths / 20.0;
    const double likelihood = seen.likelihood(survival);
    if (likelihood - flood > fit.best_over_flood) {
      fit.survival = survival;
      fit.best_over_flood = likelihood - flood;
    }
    double& best = survival <= clients ? best_of_clients : best_above;
    best = std::max(best, likelihood);
  }
  fit.flood_over_clients = flood - best_of_clients;
  fit.above_clients = best_above - best_of_clients;
  return fit;
}

}  // namespace tcpstat::detect
