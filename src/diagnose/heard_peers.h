#pragma once
// Peers that were heard lately, and over which address and port of this host. What is heard while others are silent
// shows what is not broken. Memory is bounded: networks and addresses of peers share the places of a table, so that one
// may be taken for heard that is not.

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "diagnose/ages.h"
#include "model/address.h"
#include "model/connection.h"

namespace tcpstat::diagnose {

/// The network of a peer: a /24, or a /64 of IPv6.
Prefix peer_network(const Address& peer);

class HeardPeers {
 public:
  /// The peer of another host, heard so long ago.
  void see(const Connection& row, std::uint64_t age_ms);
  /// How many connections were heard within so many whole seconds.
  [[nodiscard]] std::uint64_t count(std::size_t seconds) const { return ages_.in({0, seconds}); }
  /// Whether one of these was, as far as is known.
  [[nodiscard]] bool has(const Prefix& network, std::size_t seconds) const;
  [[nodiscard]] bool has_peer(const Address& peer, std::size_t seconds) const;
  [[nodiscard]] bool has_port(std::uint16_t local, std::size_t seconds) const;
  [[nodiscard]] bool has_address(const Address& local, std::size_t seconds) const;

 private:
  using Second = std::uint16_t;  ///< of age
  static constexpr std::size_t kPlaces = std::size_t{1} << 16U;
  static constexpr std::size_t kMostAddresses = 256;

  [[nodiscard]] std::size_t place(const Prefix& of) const;

  Ages ages_;
  // The youngest of each.
  std::vector<Second> peers_;
  std::unordered_map<std::uint16_t, Second> ports_;
  std::map<Address, Second> addresses_;
  bool more_addresses_ = false;
  KeyedHash hash_;
};

}  // namespace tcpstat::diagnose
