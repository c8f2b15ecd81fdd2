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
  /// Listeners that are bound to different devices share addresses and ports. A request has the device of its listener; a
  /// link-local one that of its link (net/ipv6/tcp_ipv6.c, tcp_v6_init_req()).
  struct End {
    Endpoint endpoint;  ///< un-mapped
    std::uint32_t device = 0;
    friend bool operator==(const End&, const End&) = default;
  };
  struct Hash {
    std::size_t operator()(const End& end) const;
  };
  struct Count {
    std::uint64_t half_open = 0;
    bool listener_v4 = false;
    bool listener_v6 = false;
    [[nodiscard]] bool listens() const { return listener_v4 || listener_v6; }
  };

  // The counts found last, by the low bits of the port: in a flood they are nearly all there is.
  struct Recent {
    std::uint64_t netns = 0;
    std::uint32_t device = 0;
    Endpoint endpoint;
    Count* count = nullptr;  // references into an unordered_map stay valid
  };
  std::array<Recent, 16> recent_;
  // Keyed by the un-mapped address: an AF_INET6 listener's IPv4 clients come with v4-mapped addresses.
  using Counts = std::unordered_map<End, Count, Hash>;

  static bool listens(const Counts& counts, const Endpoint& endpoint, std::uint32_t device);
  /// Whether a listener that is bound to the device of these requests takes them.
  static bool bound_takes(const Counts& counts, const End& requests);

  std::unordered_map<std::uint64_t, Counts> namespaces_;  ///< by inode: each has its own ports
};

}  // namespace tcpstat::survey
