#pragma once
// One destination as one local address sees it. connect(2) takes each ephemeral port once for a way, so each row of the
// way is a port in use (net/ipv4/inet_hashtables.c, __inet_hash_connect()).

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>

#include "base/keyed_hash.h"
#include "model/address.h"

namespace tcpstat::inline model {

struct Way {
  Address local;
  Endpoint remote;
  friend auto operator<=>(const Way&, const Way&) = default;
};

/// IPv4 inside IPv6 takes the same ports as IPv4.
inline Way way_of(const Endpoint& local, const Endpoint& remote) {
  return {local.address.unmapped(), {remote.address.unmapped(), remote.port}};
}

/// For hash tables: strangers choose remote ends.
struct WayHash {
  std::uint64_t operator()(const Way& way) const {
    std::array<std::uint64_t, 5> words{};
    std::memcpy(words.data(), way.local.bytes.data(), 16);
    std::memcpy(words.data() + 2, way.remote.address.bytes.data(), 16);
    words[4] = way.remote.port;
    return hash(words);
  }
  KeyedHash hash;
};

}  // namespace tcpstat::inline model
