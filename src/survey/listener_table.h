#pragma once
// Half-open connections per listener. Requests do not name their listener (sock_diag does not export it), so they are
// counted by local endpoint and joined when the dump has ended.

#include <array>
#include <cstdint>
#include <unordered_map>

#include "model/connection.h"
#include "model/listener.h"

namespace tcpstat::survey {

class ListenerTable {
 public:
  /// Takes note of a row in SYN_RECV. Memory grows with the different local endpoints, not with rows.
  void add_half_open(const Connection& row);
  /// Takes note of a listener, before any question about it.
  void add_listener(const Listener& row);
  /// Half-open connections that belong to this listener: on its own address and port, or on any address of that port
  /// for a wildcard listener, less those that a more specific listener takes. Listeners that share an endpoint
  /// (SO_REUSEPORT) are each given all of it, since the kernel does not tell which of them was chosen.
  [[nodiscard]] std::uint64_t half_open(const Listener& row) const;

 private:
  struct Hash {
    std::size_t operator()(const Endpoint& endpoint) const;
  };
  struct Count {
    std::uint64_t half_open = 0;
    bool listener_v4 = false;
    bool listener_v6 = false;
  };

  // The counts found last, by the low bits of the port: in a flood they are nearly all there is.
  struct Recent {
    std::uint64_t netns = 0;
    Endpoint endpoint;
    Count* count = nullptr;  // references into an unordered_map stay valid
  };
  std::array<Recent, 16> recent_;
  // Keyed by the un-mapped address: an AF_INET6 listener's IPv4 clients come with v4-mapped addresses.
  using Counts = std::unordered_map<Endpoint, Count, Hash>;
  std::unordered_map<std::uint64_t, Counts> namespaces_;  ///< by inode: each has its own ports
};

}  // namespace tcpstat::survey
