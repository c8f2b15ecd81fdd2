#include "survey/top_remotes.h"

#include <bit>
#include <cstring>

namespace tcpstat::survey {
namespace {

// The second half of an address in ::ffff:0:0/96 (RFC 4291 §2.5.5.2), with zeros for the IPv4 address.
constexpr std::uint64_t kMapped = 0x0000'FFFF'0000'0000;

std::uint64_t big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

}  // namespace

Prefix remote_prefix(const Address& address) {
  const Address plain = address.unmapped();
  return prefix_of(plain, plain.family == Family::ipv4 ? TopRemotes::kPrefixIpv4 : TopRemotes::kPrefixIpv6);
}

TopRemotes::Key TopRemotes::key_of(const Address& address) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), address.bytes.data(), sizeof words);
  if (address.family == Family::ipv6) return {big_endian(words[0]), big_endian(words[1])};
  return {0, kMapped | big_endian(words[0]) >> 32U};
}

Address TopRemotes::address_of(const Key& key) {
  const std::array<std::uint64_t, 2> words = {big_endian(key.high), big_endian(key.low)};
  Address address{Family::ipv6, {}};
  std::memcpy(address.bytes.data(), words.data(), sizeof words);
  return address.unmapped();
}

void TopRemotes::add(const Connection& row) {
  Key key = key_of(row.remote.address);
  addresses_.add(key);
  const bool v4 = key.high == 0 && key.low >> 32U == kMapped >> 32U;
  key.low = v4 ? key.low & ~std::uint64_t{0xFF} : 0;
  static_assert(kPrefixIpv4 == 24 && kPrefixIpv6 == 64, "the line above");
  prefixes_.add(key);
}

std::vector<TopEntry> TopRemotes::addresses() const {
  std::vector<TopEntry> out;
  for (const auto& entry : addresses_.top(kShown)) {
    out.push_back({to_string(address_of(entry.key)), entry.count, addresses_.error()});
  }
  return out;
}

std::vector<TopEntry> TopRemotes::prefixes() const {
  std::vector<TopEntry> out;
  for (const auto& entry : prefixes_.top(kShown)) {
    out.push_back({to_string(remote_prefix(address_of(entry.key))), entry.count, prefixes_.error()});
  }
  return out;
}

}  // namespace tcpstat::survey
