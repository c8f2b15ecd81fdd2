#pragma once
// A socket of libmnl that closes itself.

#include <libmnl/libmnl.h>

#include <memory>

namespace tcpstat::netlink {

struct CloseMnlSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using MnlSocket = std::unique_ptr<mnl_socket, CloseMnlSocket>;

/// Room for one datagram: the kernel fills at most 32 KiB of them (net/netlink/af_netlink.c, netlink_dump()); libmnl's own
/// buffer size is smaller and would make it send more and smaller ones. Twice that cannot be truncated.
inline constexpr std::size_t kReceiveBytes = 64 * 1024;

}  // namespace tcpstat::netlink
