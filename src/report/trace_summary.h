#pragma once
// What a trace has counted when it ends.

#include <cstdint>
#include <optional>
#include <vector>

#include "report/connection_life.h"

namespace tcpstat::inline report {

/// What became of handshakes; nothing where the source cannot tell.
struct HandshakeCounts {
  struct Outgoing {
    std::uint64_t completed = 0;
    std::optional<std::uint64_t> refused = 0;  ///< the peer answered with RST
    std::optional<std::uint64_t> failed = 0;   ///< nobody answered, or the program gave up
  };
  struct Incoming {
    std::uint64_t completed = 0;
    std::optional<std::uint64_t> reset;
    std::optional<std::uint64_t> expired;
    std::optional<std::uint64_t> pruned;  ///< expired early, because the queue was more than half full
    std::optional<std::uint64_t> cookie;  ///< completed without a request: the ACK of a SYN cookie
  };
  Outgoing outgoing;
  Incoming incoming;
};

/// How long sockets were in a state, over the `count` times that one left it.
struct StateTimes {
  State state = State::close;
  std::uint64_t count = 0;
  EventTime p50{};
  EventTime p90{};
  EventTime p99{};
  EventTime max{};
};

/// The times of the connections of one listener, of all that this host opened, or of those whose beginning was not
/// seen.
struct TimedGroup {
  Opening opening = Opening::unknown;
  std::optional<Endpoint> local;  ///< of a passive opening; nothing for listeners beyond those that are told apart
  std::vector<StateTimes> states;
  std::uint32_t interface = 0;              ///< index of the device that they are bound to; zero: none, or not known
  std::optional<std::uint64_t> netns = {};  ///< whose device that is
};

struct TraceSummary {
  HandshakeCounts handshakes;
  std::vector<TimedGroup> groups;
  std::uint64_t lives = 0;    ///< connections that ended
  std::uint64_t running = 0;  ///< connections whose end was not seen
};

}  // namespace tcpstat::inline report
