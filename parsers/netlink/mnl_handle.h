#pragma once
// A socket of libmnl that closes itself.

#include <libmnl/libmnl.h>

#include <memory>

namespace tcpstat::netlink {

struct CloseMnlSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using MnlSocket = std::unique_ptr<mnl_socket, CloseMnlSocket>;

/// Room for one datagram. The kernel fills at most 32 KiB (net/netlink/af_netlink.c, netlink_dump()); for libmnl's
/// smaller buffer size it would send more and smaller ones. Twice 32 KiB leaves nothing to be truncated.
inline constexpr std::size_t kReceiveBytes = 64 * 1024;

}  // namespace tcpstat::netlink
