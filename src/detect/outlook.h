#pragma once
// What becomes of a listener's SYN queue if its flood goes on, or has ended: how much room it can take at most.

#include <optional>
#include <span>

#include "detect/measurements.h"
#include "report/rule.h"

namespace tcpstat::detect {

struct Outlook {
  std::optional<double> per_s;           ///< SYNs that never complete, over all the time that the table shows
  std::optional<double> most_half_open;  ///< requests at a time, if that goes on for as long as a request lives
  bool leaves_room = false;              ///< that many do not bring the queue under pressure
  bool stray = false;                    ///< and are so few that they are the noise of any network
  std::optional<double> over_for_s;      ///< no new request has come for so long: the flood has ended
  double gone_within_s = 0;              ///< seconds until the rest of it has expired
  bool emptied = false;                  ///< counters tell of a flood since the last run, of which nothing is left
};

/// `signals`: of all heuristics that were asked about this listener; `host`: of the host.
Outlook outlook_of(const ListenerView& listener, const Measurements& signals, const Measurements& host,
                   const Thresholds& thresholds);

/// Whether SYNs wait in a queue at all: not where SYNPROXY works, nor where a cookie answers each.
bool queues_syns(const KernelFacts& facts);

/// True if a flood has ended since the last run: counters show SYNs that came to nothing, and no queue holds what it
/// would have left there lately. `listeners`: all that its SYNs may have come to.
bool emptied_since_last_run(const SynInput& input, const Measurements& host, const Thresholds& thresholds,
                            std::span<const Measurements* const> listeners);

}  // namespace tcpstat::detect
