#pragma once
// Why SYNs never complete: one cause for all listeners that suffer from the same.

#include <optional>
#include <string>
#include <vector>

#include "detect/assess.h"

namespace tcpstat::detect {

/// Listeners that suffer from the same.
struct Cause {
  const RuleInfo* rule;
  std::string place;                         ///< where a flood comes from; empty: many sources
  std::vector<const Assessment*> suffering;  ///< the worst first
  const Assessment* together = nullptr;      ///< all of them judged as one, if none of them alone is accused
  bool shares_counters = false;              ///< what the host's counters show may be another flood's, too

  [[nodiscard]] const Assessment& worst() const { return together != nullptr ? *together : *suffering.front(); }
  [[nodiscard]] bool many() const { return suffering.size() > 1; }
};

/// Floods, broken return paths, stray SYNs.
std::vector<Cause> causes(const HostAssessment& all);

/// So many listeners show a flood from many sources that it is taken for one, which also goes to listeners that show it
/// less clearly.
bool is_widespread(const Cause& cause);
/// The flood has ended: no listener has had a new request for long, or none is left.
bool is_over(const Cause& cause);
/// At this rate the queues have room for all requests of the flood until they expire.
bool leaves_room(const Cause& cause, const Thresholds& thresholds);
/// SYNs a second at all of them; what the host's counters add counts once.
std::optional<double> rate_of(const Cause& cause, const Measurements& host);

}  // namespace tcpstat::detect
