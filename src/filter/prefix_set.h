#pragma once
// Many prefixes as one set. Two prefixes are either nested or disjoint, so a sorted list of the outermost ones finds an
// address in a few steps, however many there are.

#include <cstdint>
#include <vector>

#include "model/address.h"

namespace tcpstat::filter {

class PrefixSet {
 public:
  explicit PrefixSet(std::vector<Prefix> prefixes);

  /// By value, as AddressTest: IPv4 prefixes contain v4-mapped addresses too.
  [[nodiscard]] bool contains(const Address& address) const;
  /// How many prefixes are in no other one.
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
