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

Told take_destroyed(const ReceiveDestroyed& receive, std::span<std::byte> buffer, const UseDestroyed& use) {
  // The buffer of the socket holds some ten thousand messages.
  constexpr std::size_t kMostAtOnce = 65'536;
  Told told = Told::all;
  for (std::size_t count = 0; count < kMostAtOnce; ++count) {
    const ssize_t got = receive(buffer);
    if (got == 0 || got == -EAGAIN) return told;
    if (got > 0) read_destroyed(buffer.first(static_cast<std::size_t>(got)), use);
    if (got > 0 || got == -EINTR) continue;
    told = Told::some;
    if (got != -ENOBUFS) return told;
  }
  return told;
}

Told DestroyedSockets::take(const UseDestroyed& use) {
  buffer_.resize(kDatagramBytes);
  const auto receive = [this](std::span<std::byte> buffer) -> ssize_t {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return got < 0 ? -errno : got;
  };
  return take_destroyed(receive, buffer_, use);
}

}  // namespace tcpstat::netlink
