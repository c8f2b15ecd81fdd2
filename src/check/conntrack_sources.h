#pragma once
// Whether connection tracking is asked for sources that leave no half-open in the table, and what it said.

#include "detect/sample/tracked_sample.h"
#include "model/host.h"

namespace tcpstat::check {

/// Asks only if SYN cookies or RSTs hide sources, because a dump costs as much as the table is large. `before` and
/// `now`: readings around the interval; `listening`: the dump at its end.
detect::TrackedSample tracked_sources(const Host& host, const detect::SynSample& listening, const KernelFacts& before,
                                      const KernelFacts& now, const Thresholds& thresholds);

}  // namespace tcpstat::check
