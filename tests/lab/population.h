// Sockets by the hundred thousand: idle loopback pairs with owners, and half-open requests without.
//
// A pair costs descriptors, which are limited for each process, so forked workers hold them; a half-open request
// costs nothing but memory of the kernel and is made by a SYN from the TUN device.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "handle.h"
#include "tun_peer.h"
#include "worker.h"

namespace tcpstat::lab {

struct Mix {
  std::uint64_t established = 0;  // ends, two for each pair
  std::uint64_t half_open = 0;
  std::uint64_t listeners = 16;  // of the half-open requests
  unsigned ipv6_percent = 25;    // of each kind
};

class Population {
 public:
  /// Builds the mix in the current namespace, which must be private; returns when everything stands.
  explicit Population(const Mix& mix);
  ~Population();
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;

  /// Adds half-open requests from peers not seen before.
  void grow(std::uint64_t half_open);

  std::uint64_t established() const { return established_; }
  std::uint64_t half_open() const { return half_open_; }
  std::uint64_t listeners() const { return listeners_; }
  /// Every socket that a dump of all states should show.
  std::uint64_t rows() const { return established_ + half_open_ + listeners_; }

 private:
  void build_pairs(const Mix& mix);
  void listen_for_half_open(const Mix& mix);

  struct Crowd {  // the half-open requests of one family
    Family family;
    std::uint64_t listeners;
    std::uint64_t sent;
  };

  std::optional<TunPeer> peer_;
  unsigned ipv6_percent_ = 0;
  Crowd ipv4_{Family::ipv4, 0, 0};
  Crowd ipv6_{Family::ipv6, 0, 0};
  std::vector<Handle> listening_;
  std::vector<Worker> workers_;
  std::uint64_t established_ = 0;
  std::uint64_t half_open_ = 0;
  std::uint64_t listeners_ = 0;
};

}  // namespace tcpstat::lab
