#pragma once
// What becomes of requests while a trace runs: they are no full sockets, so the trace itself does not see them.

#include <cstdint>
#include <memory>
#include <optional>

#include "cli/options/command.h"
#include "model/handshake_fates.h"
#include "report/trace_summary.h"

namespace tcpstat::cli::verbs {

/// Whether the command asks for all sockets: only the numbers of all sockets of the namespaces are known.
bool counts_requests(const options::TraceCommand& command);

class TracedRequests {
 public:
  /// Counts from now on, if that is what the trace is asked for. `counter` may refuse, or be null, and then nothing is
  /// known.
  TracedRequests(const options::TraceCommand& command, std::unique_ptr<HandshakeCounter> counter);

  /// The trace has ended: fills in what is known.
  void finish(HandshakeCounts& handshakes);

 private:
  std::unique_ptr<HandshakeCounter> counter_;  ///< nothing: it does not count
};

}  // namespace tcpstat::cli::verbs
