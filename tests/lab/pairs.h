// Idle ESTABLISHED pairs over loopback, both ends in one process.
#pragma once

#include <cstdint>
#include <vector>

#include "address.h"
#include "handle.h"

namespace tcpstat::lab {

enum class Ending {
  reset,  // closing sends RST and leaves nothing behind
  fin     // closing goes through TIME_WAIT
};

class PairMaker {
 public:
  /// Listens on `local`, which both ends of every pair will have as their address.
  explicit PairMaker(const Endpoint& local);

  /// Adds both ends of one new pair to `sockets`.
  void make(std::vector<Handle>& sockets, Ending ending) const;

 private:
  Endpoint local_;
  Handle listener_;
};

}  // namespace tcpstat::lab
