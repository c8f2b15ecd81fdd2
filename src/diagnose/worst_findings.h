#pragma once
// A rule says a few things at most, and those are the worst.

#include <cstddef>
#include <vector>

#include "report/finding.h"

namespace tcpstat::diagnose {

/// So many findings a rule has, unless it says otherwise.
inline constexpr std::size_t kMostFindings = 5;

/// Adds the `most` severest of `found`; of equally severe ones those that come first.
void add_worst(std::vector<Finding> found, std::vector<Finding>& out, std::size_t most = kMostFindings);

}  // namespace tcpstat::diagnose
