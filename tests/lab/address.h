// Addresses as the lab builds them, in network byte order, with the spelling that RFC 5952 gives them.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>

namespace tcpstat::lab {

enum class Family { ipv4, ipv6 };

struct Address {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};  // IPv4 uses the first four

  /// From "10.99.0.1" or "fd99::1"; throws on anything else.
  static Address parse(const std::string& text);
  /// 10.99.0.0 + `host` and fd99:: + `host`: the addresses that lie behind the TUN device.
  static Address peer(Family family, std::uint32_t host);
  /// ::ffff:a.b.c.d of an IPv4 address.
  Address mapped() const;
  std::string text() const;

  bool operator==(const Address&) const = default;
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

/// What bind(2) and connect(2) take.
struct SocketName {
  explicit SocketName(const Endpoint& endpoint);
  /// Asks the kernel for the local name of a socket.
  static Endpoint of(int fd);

  const sockaddr* get() const;
  socklen_t size() const { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace tcpstat::lab
