#pragma once
// IPv4 and IPv6 addresses, prefixes and endpoints: values, parsing and text (RFC 5952). No names are looked up here.

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace tcpstat::inline model {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// "ipv4" or "ipv6".
constexpr std::string_view name(Family family) { return family == Family::ipv4 ? "ipv4" : "ipv6"; }

/// An address in network byte order. IPv4 uses the first four bytes; the rest is zero, so that == compares all.
/// Ordered by family, then by number.
struct Address {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Address&, const Address&) = default;

  [[nodiscard]] bool is_v4_mapped() const {
    static constexpr std::array<std::uint8_t, 12> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return family == Family::ipv6 && std::memcmp(bytes.data(), kPrefix.data(), kPrefix.size()) == 0;
  }
  [[nodiscard]] bool is_wildcard() const { return bytes == std::array<std::uint8_t, 16>{}; }
  /// 127/8 and ::1 (RFC 6890), v4-mapped ones too.
  [[nodiscard]] bool is_loopback() const {
    constexpr std::uint8_t kNet = 127;
    const Address plain = unmapped();
    if (plain.family == Family::ipv4) return plain.bytes[0] == kNet;
    Address one{Family::ipv6, {}};
    one.bytes.back() = 1;
    return plain == one;
  }
  /// fe80::/10 (RFC 4291 §2.5.6)
  [[nodiscard]] bool is_link_local() const {
    return family == Family::ipv6 && bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80U;
  }
  /// The IPv4 address inside a v4-mapped one (RFC 4291 §2.5.5.2); any other address as it is.
  [[nodiscard]] Address unmapped() const {
    if (!is_v4_mapped()) return *this;
    Address v4;
    std::memcpy(v4.bytes.data(), bytes.data() + 12, 4);
    return v4;
  }
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  [[nodiscard]] Endpoint unmapped() const { return {address.unmapped(), port}; }

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// The first `length` bits of `network`; the others are zero.
struct Prefix {
  Address network;
  std::uint8_t length = 0;

  /// v4-mapped addresses are compared as the IPv4 addresses they carry.
  [[nodiscard]] bool contains(const Address& address) const;
  /// Whether `bytes`, those of an address of the same family, begin with the bits of this prefix.
  [[nodiscard]] bool begins(const std::uint8_t* bytes) const;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

/// `address` with all but its first `length` bits zeroed.
Prefix prefix_of(const Address& address, std::uint8_t length);

/// Bits of an address of this family: 32 or 128.
constexpr std::uint8_t address_bits(Family family) { return family == Family::ipv4 ? 32 : 128; }

/// The longest text write_address() or write_endpoint() can make.
inline constexpr std::size_t kMaxAddressText = 46;
inline constexpr std::size_t kMaxEndpointText = kMaxAddressText + 8;

/// Writes the address as RFC 5952 wants it (v4-mapped: ::ffff:192.0.2.1) to at least kMaxAddressText bytes;
/// returns the end. Nothing is terminated.
char* write_address(char* to, const Address& address);
/// `192.0.2.1:80` or `[2001:db8::1]:80`, to at least kMaxEndpointText bytes.
char* write_endpoint(char* to, const Endpoint& endpoint);

std::string to_string(const Address& address);
std::string to_string(const Endpoint& endpoint);
/// `192.0.2.0/24`.
std::string to_string(const Prefix& prefix);

/// An address in the text forms of inet_pton(3), without brackets, port or zone; nothing for anything else.
std::optional<Address> parse_address(std::string_view text);

}  // namespace tcpstat::inline model
