// The other side of every connection in the lab: the far end of a TUN device, played by the test program.
//
// It sends what it is told to and never answers by itself, so real kernel sockets stand still in any state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "address.h"
#include "handle.h"
#include "segment.h"

namespace tcpstat::lab {

class TunPeer {
 public:
  /// Makes the device `lab0` in the current namespace: 10.99.0.1/8 and fd99::1/64 are the kernel's, the rest ours.
  TunPeer();

  /// The kernel's own address on the device.
  static Address local(Family family) { return Address::peer(family, 1); }

  /// Hands one segment to the kernel, which has dealt with it when this returns.
  void send(const Segment& segment);

  /// The next segment that the kernel sends from `local` to `remote` with all of `flags`; others are thrown away.
  std::optional<Segment> await(const Endpoint& local, const Endpoint& remote, std::uint8_t flags,
                               std::chrono::milliseconds limit = std::chrono::milliseconds(1000));

  /// The next segment that the kernel has sent, if there is one; what is not TCP is passed over.
  std::optional<Segment> receive();
  /// Readable when receive() has something to say.
  int fd() const { return device_.get(); }

  /// Throws away whatever the kernel has sent so far.
  void drain();

 private:
  Handle device_;
};

}  // namespace tcpstat::lab
