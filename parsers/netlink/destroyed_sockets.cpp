#include "parsers/netlink/destroyed_sockets.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "parsers/netlink/netlink_framing.h"

namespace tcpstat::netlink {
namespace {

constexpr const char* kListening = "listen to the ends of sockets";
/// A message has 380 bytes and takes some 900 of the buffer. Without CAP_NET_ADMIN the kernel grants net.core.rmem_max
/// at most.
constexpr int kWaitingBytes = 8 * 1024 * 1024;
constexpr std::size_t kDatagramBytes = 16 * 1024;

constexpr std::uint32_t group(unsigned number) { return 1U << (number - 1); }

}  // namespace

void read_destroyed(std::span<const std::byte> block, const UseDestroyed& use) {
  NetlinkFraming framing(std::nullopt);
  framing.feed(
      block,
      [&](std::uint16_t, std::span<const std::byte> payload) {
        inet_diag_msg message;
        if (payload.size() < sizeof message) return Flow::more;
        std::memcpy(&message, payload.data(), sizeof message);
        const std::uint64_t high = message.id.idiag_cookie[1];
        use({.cookie = high << 32U | message.id.idiag_cookie[0], .had_peer = message.id.idiag_dport != 0});
        return Flow::more;
      },
      [] {});
}

Expected<DestroyedSockets> DestroyedSockets::listen() {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!socket) return failure(kListening, errno);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kWaitingBytes, sizeof kWaitingBytes) != 0) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kWaitingBytes, sizeof kWaitingBytes);
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = group(SKNLGRP_INET_TCP_DESTROY) | group(SKNLGRP_INET6_TCP_DESTROY);
  sockaddr any{};
  static_assert(sizeof address <= sizeof any);
  std::memcpy(&any, &address, sizeof address);
  if (::bind(socket.get(), &any, sizeof address) != 0) return failure(kListening, errno);
  return DestroyedSockets(std::move(socket));
}

DestroyedSockets::Told DestroyedSockets::take(const UseDestroyed& use) {
  buffer_.resize(kDatagramBytes);
  Told told = Told::all;
  while (true) {
    const ssize_t got = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (got > 0) read_destroyed(std::span(buffer_).first(static_cast<std::size_t>(got)), use);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    if (got == 0 || errno != ENOBUFS) return told;
    told = Told::some;
  }
}

}  // namespace tcpstat::netlink
