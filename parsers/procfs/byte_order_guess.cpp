#include "parsers/procfs/byte_order_guess.h"

#include <algorithm>

namespace tcpstat::procfs {
namespace {

/// Addresses that every host has, and whose words mean something unlikely in the other order: 1.0.0.127 and its like.
std::uint8_t kinds_of(const Address& address) {
  static const Address loopback = *parse_address("127.0.0.1");
  static const Address loopback6 = *parse_address("::1");
  static const Prefix link_local = prefix_of(*parse_address("fe80::"), 64);
  std::uint8_t kinds = 0;
  if (address == loopback) kinds |= 1U;
  if (address == loopback6) kinds |= 2U;
  if (address.is_v4_mapped()) kinds |= 4U;
  if (address.family == Family::ipv6 && link_local.contains(address)) kinds |= 8U;
  return kinds;
}

}  // namespace

std::string byte_order_warning(const ByteOrderGuess& guess, const std::string& name) {
  const std::string word = guess.order() == std::endian::little ? "little" : "big";
  if (guess.is_contradictory()) {
    return "local addresses of " + name + " contradict each other on its byte order: read as " + word +
           "-endian; --byte-order decides";
  }
  if (guess.order() == std::endian::native) return {};
  return name + " was written by a host of the other byte order: addresses are read accordingly (--byte-order decides)";
}

Address in_other_order(Address address) {
  constexpr std::size_t kWord = 4;
  const std::size_t used = address.family == Family::ipv4 ? kWord : address.bytes.size();
  for (std::size_t at = 0; at < used; at += kWord) {
    std::reverse(address.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 address.bytes.begin() + static_cast<std::ptrdiff_t>(at + kWord));
  }
  return address;
}

void ByteOrderGuess::Evidence::see(const Address& address) {
  native |= kinds_of(address);
  other |= kinds_of(in_other_order(address));
}

std::endian ByteOrderGuess::order() const {
  constexpr std::endian kOther = std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
  return std::popcount(telling().other) > std::popcount(telling().native) ? kOther : std::endian::native;
}

}  // namespace tcpstat::procfs
