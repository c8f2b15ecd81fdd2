#include "statistics.h"

#include <algorithm>
#include <cstddef>

namespace tcpstat::bench {
namespace {

std::vector<double> ratios_of(const std::vector<double>& values, const std::vector<double>& divisors) {
  std::vector<double> ratios;
  ratios.reserve(values.size());
  for (std::size_t round = 0; round < values.size(); ++round) ratios.push_back(values[round] / divisors[round]);
  return ratios;
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

double greatest(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

double median_ratio(const std::vector<double>& values, const std::vector<double>& divisors) {
  return median(ratios_of(values, divisors));
}

double low_ratio(const std::vector<double>& values, const std::vector<double>& divisors) {
  std::vector<double> ratios = ratios_of(values, divisors);
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 4];
}

double least_ratio(const std::vector<double>& values, const std::vector<double>& divisors) {
  return least(values) / least(divisors);
}

}  // namespace tcpstat::bench
