#pragma once
// Many prefixes as one set: prefixes are nested or apart, so the outermost ones in order find an address in a few steps,
// however many they are.

#include <cstdint>
#include <vector>

#include "model/address.h"

namespace tcpstat::filter {

class PrefixSet {
 public:
  explicit PrefixSet(std::vector<Prefix> prefixes);

  /// By value, as AddressTest: IPv4 prefixes have v4-mapped addresses too.
  [[nodiscard]] bool contains(const Address& address) const;
  /// Those that are in no other one.
  [[nodiscard]] std::size_t size() const { return ipv4_.size() + ipv6_.size(); }

 private:
  struct Ipv4Range {
    std::uint32_t first;
    std::uint32_t last;
  };

  [[nodiscard]] bool contains_ipv4(const std::uint8_t* bytes) const;

  std::vector<Ipv4Range> ipv4_;
  std::vector<Prefix> ipv6_;
};

}  // namespace tcpstat::filter
