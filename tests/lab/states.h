// The zoo: one real kernel socket for every state and body that a dump can show, standing still.
//
// Three flavours (IPv4, IPv6, and an AF_INET6 socket that serves an IPv4 peer) times the ten hashed states and the
// bound-inactive one, with an owner and without where the kernel allows both. They stand still for about a minute:
// then the kernel gives up on the silent peer.
#pragma once

#include <vector>

#include "handle.h"
#include "truth.h"
#include "tun_peer.h"

namespace tcpstat::lab {

enum class Flavour { ipv4, ipv6, mapped };

class EveryState {
 public:
  /// Builds every animal; throws when one does not reach its state. Needs a namespace of its own.
  explicit EveryState(TunPeer& peer);

  const Truth& truth() const { return truth_; }

 private:
  Truth truth_;
  std::vector<Handle> sockets_;
};

}  // namespace tcpstat::lab
