#pragma once
// Findings about SYNs that never complete: one for each cause, over all listeners that share it.

#include <vector>

#include "detect/assess.h"

namespace tcpstat::detect {

/// A flood that the host's counters show and no listener does; else nothing.
std::vector<Finding> host_flood_findings(const HostAssessment& all, const Thresholds& thresholds);
/// Floods, broken return paths and stray SYNs of listeners.
std::vector<Finding> flood_findings(const HostAssessment& all, const Thresholds& thresholds);

/// True if its few old requests are told as part of a flood over many listeners.
bool told_together(const HostAssessment& all, const Assessment& one);

/// What a finding about a listener rests on: its evidence, and the host's where that counts.
std::vector<Evidence> evidence_of(const Assessment& one, const Measurements& host);

}  // namespace tcpstat::detect
