#include "cli/verbs/traced_requests.h"

#include <utility>

namespace tcpstat::cli::verbs {

bool counts_requests(const options::TraceCommand& command) {
  return !command.filter.has_conditions_or_family() && command.command.empty();
}

TracedRequests::TracedRequests(const options::TraceCommand& command, std::unique_ptr<HandshakeCounter> counter) {
  if (!counts_requests(command) || counter == nullptr) return;
  if (counter->start()) counter_ = std::move(counter);
}

void TracedRequests::finish(HandshakeCounts& handshakes) {
  const auto counter = std::exchange(counter_, nullptr);
  if (!counter) return;
  const auto counted = counter->stop();
  // The events that were missed may have been of any fate.
  if (!counted || counted->missed > 0) return;
  handshakes.incoming.reset = counted->all.reset;
  handshakes.incoming.expired = counted->all.expired;
  handshakes.incoming.pruned = counted->all.pruned;
  handshakes.incoming.cookie = counted->all.cookie;
}

}  // namespace tcpstat::cli::verbs
