#pragma once
// What becomes of requests while a trace runs: they are no full sockets, so that the trace itself has nothing of them.

#include <cstdint>
#include <memory>
#include <optional>

#include "cli/options/command.h"
#include "model/handshake_fates.h"
#include "report/trace_summary.h"

namespace tcpstat::cli::verbs {

class TracedRequests {
 public:
  /// Counts from now on, if the numbers are what the trace is asked for: those of all sockets of its namespaces, which
  /// `counter` has. It may refuse, or be null, and then nothing is known.
  TracedRequests(const options::TraceCommand& command, std::unique_ptr<HandshakeCounter> counter);

  /// The trace has ended: fills in what is known.
  void finish(HandshakeCounts& handshakes);

 private:
  std::unique_ptr<HandshakeCounter> counter_;  ///< nothing: it does not count
};

}  // namespace tcpstat::cli::verbs
