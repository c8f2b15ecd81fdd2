#pragma once
// What tells one listener from another, and which of them the kernel gives a request to.

#include <compare>
#include <cstdint>
#include <optional>

#include "model/address.h"
#include "model/connection.h"

namespace tcpstat::inline model {

/// Listeners that are bound to different devices (SO_BINDTODEVICE) share addresses and ports, and no requests. Where
/// the device is not known, as in /proc, they are one.
struct ListeningEnd {
  Endpoint local;               ///< un-mapped
  std::uint32_t interface = 0;  ///< index of the device that it is bound to; zero: none, or not known

  friend auto operator<=>(const ListeningEnd&, const ListeningEnd&) = default;
};

/// The end of a listener or of a request. A request has the device of its listener, but one from a link-local client
/// has that of its link (net/ipv6/tcp_ipv6.c, tcp_v6_init_req()).
inline ListeningEnd listening_end_of(const Socket& row) { return {row.local.unmapped(), row.interface}; }

/// The end that took `request`: its own address before the wildcard, for each of them its device before none, the
/// wildcard of its family before [::] (net/ipv4/inet_hashtables.c, __inet_lookup_listener(), compute_score()).
/// `listens(end, family)`: whether a listener on `end` takes requests of that family. Nothing if nobody takes it.
template <typename Listens>
std::optional<ListeningEnd> taker_of(const ListeningEnd& request, const Listens& listens) {
  const Family family = request.local.address.family;
  const std::uint16_t port = request.local.port;
  const auto on = [&](const Address& address) -> std::optional<ListeningEnd> {
    const ListeningEnd bound{{address, port}, request.interface};
    if (listens(bound, family)) return bound;
    const ListeningEnd unbound{{address, port}, 0};
    if (request.interface != 0 && listens(unbound, family)) return unbound;
    return std::nullopt;
  };
  if (const auto own = on(request.local.address)) return own;
  const Address any{family, {}};
  const Address any_ipv6{Family::ipv6, {}};
  for (const std::uint32_t interface : {request.interface, std::uint32_t{0}}) {
    for (const Address& address : {any, any_ipv6}) {
      const ListeningEnd end{{address, port}, interface};
      if (listens(end, family)) return end;
    }
  }
  return std::nullopt;
}

}  // namespace tcpstat::inline model
