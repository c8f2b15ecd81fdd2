// What is made of the numbers of many rounds: medians, least values, ratios.
#pragma once

#include <vector>

namespace tcpstat::bench {

/// The middle value, or the mean of the two in the middle. `values` must not be empty.
double median(std::vector<double> values);

/// `values` must not be empty.
double least(const std::vector<double>& values);
double greatest(const std::vector<double>& values);

/// The median of the rounds' own ratios. What slows a whole round down meets both sides of its ratio, so it weighs less
/// than in a ratio of medians. Both have a value for each round, and no divisor is 0.
double median_ratio(const std::vector<double>& values, const std::vector<double>& divisors);

/// What three of four rounds' own ratios are above; the same conditions.
double low_ratio(const std::vector<double>& values, const std::vector<double>& divisors);

/// The ratio of the least values: what is left when nothing else disturbs.
double least_ratio(const std::vector<double>& values, const std::vector<double>& divisors);

}  // namespace tcpstat::bench
