#pragma once
// What listeners lost between two samples: SYNs and ACKs that found no room (Socket::drops).

#include <cstdint>

#include "model/address.h"

namespace tcpstat::inline model {

/// Of all LISTEN sockets on one endpoint together.
struct ListenerDrops {
  Endpoint local;  ///< un-mapped
  std::uint64_t count = 0;
};

}  // namespace tcpstat::inline model
