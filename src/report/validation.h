#pragma once
// What `validate` knows when a log has ended. Findings came before it (log_finding.h).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/transition.h"
#include "report/coverage.h"
#include "report/transition_verdict.h"

namespace tcpstat::inline report {

/// How often one state followed another.
struct LoggedPair {
  ObservedState from;
  ObservedState to;
  Observed observed = Observed::exact;
  Protocol protocol = Protocol::tcp;
  TransitionVerdict verdict = TransitionVerdict::legal;
  std::uint64_t count = 0;
  std::string reason;
  std::string reference;
};

struct VerdictCount {
  TransitionVerdict verdict = TransitionVerdict::legal;
  std::uint64_t count = 0;
};

/// Known when the log has ended.
struct Validation {
  /// As the log tells them; nothing if it does not tell, or tells several.
  std::optional<std::string> host;
  std::optional<std::string> kernel;
  std::uint64_t transitions = 0;
  std::vector<VerdictCount> verdicts;  ///< of the transitions, each verdict once
  std::vector<LoggedPair> pairs;       ///< in the order to print
  std::uint64_t lines = 0;
  std::uint64_t sockets = 0;
  std::uint64_t samples = 0;
  std::uint64_t not_seen_again = 0;       ///< sockets missing from samples that cannot tell whether they were gone
  std::uint64_t lost_records = 0;         ///< as the log itself says or counts, including the entries below
  std::uint64_t overwritten_entries = 0;  ///< of the ring that a trace was read from, of whatever event
  std::uint64_t bad_lines = 0;
  std::uint64_t unseeing_ends = 0;  ///< of samples and traces that say that they did not see everything
  std::uint64_t left_out = 0;       ///< findings that were counted and not written
  bool judged = false;              ///< at least one transition, or one sample against the one before it
  bool complete =
      true;  ///< the log was read to its end, and every line was understood, and none says that something is missing
  std::vector<Warning> warnings;
};

}  // namespace tcpstat::inline report
