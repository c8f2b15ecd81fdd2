#pragma once
// The remote addresses and prefixes with the most connections, in bounded memory at any size. IPv4 inside IPv6 counts
// as the IPv4 address that it is.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/frequent_keys.h"
#include "base/keyed_hash.h"
#include "model/connection.h"
#include "report/summary.h"

namespace tcpstat::survey {

class TopRemotes {
 public:
  static constexpr std::size_t kShown = 10;
  /// Prefix lengths that stand for one network: a /24 and a /64.
  static constexpr std::uint8_t kPrefixIpv4 = 24;
  static constexpr std::uint8_t kPrefixIpv6 = 64;

  TopRemotes() : addresses_(KeyHash{}), prefixes_(KeyHash{}) {}

  void add(const Connection& row);
  [[nodiscard]] std::vector<TopEntry> addresses() const;
  [[nodiscard]] std::vector<TopEntry> prefixes() const;

 private:
  /// An address in 128 bits, IPv4 as v4-mapped: two comparisons instead of a memcmp.
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::uint64_t operator()(const Key& key) const { return hash(std::array{key.high, key.low}); }
    KeyedHash hash;
  };
  using Counters = FrequentKeys<Key, KeyHash>;

  static Key key_of(const Address& address);
  static Address address_of(const Key& key);

  Counters addresses_;
  Counters prefixes_;
};

/// The /24 or /64 that an address lies in; v4-mapped ones un-mapped.
Prefix remote_prefix(const Address& address);

}  // namespace tcpstat::survey
