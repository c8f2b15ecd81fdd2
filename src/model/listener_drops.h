#pragma once
// What listeners lost between two samples: SYNs and ACKs that found no room (Socket::drops).

#include <cstdint>
#include <string>

#include "model/listening_end.h"

namespace tcpstat::inline model {

/// The losses of all LISTEN sockets on one end together.
struct ListenerDrops {
  ListeningEnd end;
  std::uint64_t count = 0;
  std::string device = {};  ///< its name; empty: none, or not known
  std::uint64_t netns = 0;
};

}  // namespace tcpstat::inline model
