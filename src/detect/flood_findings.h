#pragma once
// Findings about SYNs that never complete: one for each cause, over all listeners that share it.

#include <vector>

#include "detect/assess.h"

namespace tcpstat::detect {

/// The host's counters say what no listener shows. Else nothing.
std::vector<Finding> host_flood_findings(const HostAssessment& all, const Thresholds& thresholds);
/// Floods, broken return paths and stray SYNs of listeners.
std::vector<Finding> flood_findings(const HostAssessment& all, const Thresholds& thresholds);

/// Its few old requests are part of a flood over many listeners.
bool told_together(const HostAssessment& all, const Assessment& one);

/// What a finding about a listener rests on: its evidence, and the host's where that counts.
std::vector<Evidence> evidence_of(const Assessment& one, const Measurements& host);

}  // namespace tcpstat::detect
