#pragma once
// The remote addresses and prefixes with the most connections, in bounded memory at any size. IPv4 inside IPv6 counts
// as the IPv4 address that it is.

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/frequent_keys.h"
#include "base/keyed_hash.h"
#include "model/connection.h"
#include "model/summary.h"

namespace tcpstat {

class TopRemotes {
 public:
  static constexpr std::size_t kShown = 10;
  /// Prefix lengths that stand for one network: a /24 and a /64.
  static constexpr std::uint8_t kPrefixIpv4 = 24;
  static constexpr std::uint8_t kPrefixIpv6 = 64;

  TopRemotes() : addresses_(AddressHash{}), prefixes_(AddressHash{}) {}

  void add(const Connection& row);
  [[nodiscard]] std::vector<TopEntry> addresses() const;
  [[nodiscard]] std::vector<TopEntry> prefixes() const;

 private:
  struct AddressHash {
    std::uint64_t operator()(const Address& address) const {
      std::array<std::uint64_t, 2> words;
      std::memcpy(words.data(), address.bytes.data(), sizeof words);
      words[1] ^= static_cast<std::uint64_t>(address.family) << 63U;
      return hash(words);
    }
    KeyedHash hash;
  };
  using Counters = FrequentKeys<Address, AddressHash>;

  Counters addresses_;
  Counters prefixes_;
};

/// The /24 or /64 that an address lies in; v4-mapped ones un-mapped.
Prefix remote_prefix(const Address& address);

}  // namespace tcpstat
