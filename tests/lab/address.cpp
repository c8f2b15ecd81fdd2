#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "failure.h"

namespace tcpstat::lab {
namespace {

// Host parts above 16 bits run on through 10.0.0.0/8, which the TUN device carries whole.
constexpr std::uint32_t kIpv4Base = 0x0a630000;  // 10.99.0.0

Address from_ipv4(std::uint32_t host_order) {
  Address address;
  for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return address;
}

}  // namespace

Address Address::parse(const std::string& text) {
  Address address;
  address.family = text.find(':') == std::string::npos ? Family::ipv4 : Family::ipv6;
  const int family = address.family == Family::ipv4 ? AF_INET : AF_INET6;
  if (::inet_pton(family, text.c_str(), address.bytes.data()) != 1) fail("reading the address " + text, EINVAL);
  return address;
}

Address Address::peer(Family family, std::uint32_t host) {
  if (family == Family::ipv4) return from_ipv4(kIpv4Base + host);
  Address address = parse("fd99::");
  for (unsigned i = 0; i < 4; ++i) address.bytes[12 + i] = static_cast<std::uint8_t>(host >> (24 - 8 * i));
  return address;
}

Address Address::mapped() const {
  Address address;
  address.family = Family::ipv6;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::copy_n(bytes.begin(), 4, address.bytes.begin() + 12);
  return address;
}

std::string Address::text() const {
  char buffer[INET6_ADDRSTRLEN];
  ::inet_ntop(family == Family::ipv4 ? AF_INET : AF_INET6, bytes.data(), buffer, sizeof buffer);
  return buffer;
}

SocketName::SocketName(const Endpoint& endpoint) {
  if (endpoint.address.family == Family::ipv4) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(endpoint.port);
    std::memcpy(&name.sin_addr, endpoint.address.bytes.data(), 4);
    std::memcpy(&storage_, &name, sizeof name);
    size_ = sizeof name;
  } else {
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(endpoint.port);
    std::memcpy(&name.sin6_addr, endpoint.address.bytes.data(), 16);
    std::memcpy(&storage_, &name, sizeof name);
    size_ = sizeof name;
  }
}

const sockaddr* SocketName::get() const { return reinterpret_cast<const sockaddr*>(&storage_); }

Endpoint SocketName::of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  check(::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size), "asking for a socket's name");
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in name{};
    std::memcpy(&name, &storage, sizeof name);
    std::memcpy(endpoint.address.bytes.data(), &name.sin_addr, 4);
    endpoint.port = ntohs(name.sin_port);
  } else {
    sockaddr_in6 name{};
    std::memcpy(&name, &storage, sizeof name);
    endpoint.address.family = Family::ipv6;
    std::memcpy(endpoint.address.bytes.data(), &name.sin6_addr, 16);
    endpoint.port = ntohs(name.sin6_port);
  }
  return endpoint;
}

}  // namespace tcpstat::lab
