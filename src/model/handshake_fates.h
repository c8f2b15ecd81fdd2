#pragma once
// How the handshakes ended that listeners had requests for, counted one by one.

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "model/listening_end.h"

namespace tcpstat::inline model {

struct HandshakeFates {
  std::uint64_t begun = 0;      ///< requests that were made
  std::uint64_t completed = 0;  ///< requests that became a connection
  std::uint64_t reset = 0;      ///< by the client's RST, a SYN inside the window, or ss -K
  std::uint64_t expired = 0;    ///< after the last SYN+ACK
  std::uint64_t pruned = 0;     ///< earlier, because the queue was more than half full
  std::uint64_t closed = 0;     ///< nobody listened any more
  std::uint64_t cookie = 0;     ///< completed by the ACK of a SYN cookie, without a request; not counted per listener
  std::uint64_t answered_late = 0;     ///< of the completed: after a SYN+ACK was sent again
  std::uint64_t unanswered_again = 0;  ///< a SYN+ACK that was sent again had no answer until the next was due
  std::uint64_t connections = 0;       ///< that listeners made in any way; not counted per listener
};

struct ListenerFates {
  ListeningEnd listener;
  HandshakeFates fates;
};

struct CountedHandshakes {
  HandshakeFates all;
  std::vector<ListenerFates> listeners;
  std::uint64_t missed = 0;  ///< events that the BPF programs missed, as far as the kernel counts them
};

/// Counts the handshakes of one network namespace.
class HandshakeCounter {
 public:
  HandshakeCounter() = default;
  HandshakeCounter(const HandshakeCounter&) = delete;
  HandshakeCounter& operator=(const HandshakeCounter&) = delete;
  virtual ~HandshakeCounter() = default;

  virtual Expected<void> start() = 0;
  /// Stops, and returns what was counted since start().
  virtual Expected<CountedHandshakes> stop() = 0;
};

}  // namespace tcpstat::inline model
