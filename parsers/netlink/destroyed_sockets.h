#pragma once
// Sockets that the kernel says it has destroyed (sock_diag multicast, SKNLGRP_INET_TCP_DESTROY): anybody may listen,
// and hears of the sockets of all users of the network namespace. The last state and the reason are not told, and
// requests and TIME_WAIT end in silence.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::netlink {

struct DestroyedSocket {
  std::uint64_t cookie = 0;
  bool had_peer = false;  ///< a remote port: it was a connection, or tried to be one
};

using UseDestroyed = std::function<void(const DestroyedSocket&)>;

/// Reads the messages of one datagram; others are passed over.
void read_destroyed(std::span<const std::byte> block, const UseDestroyed& use);

/// Whether all messages came; some: a part of them was lost, or could not be read.
enum class Told : std::uint8_t { all, some };
/// As recv(2) does without waiting: how many bytes came, or a negative errno.
using ReceiveDestroyed = std::function<ssize_t(std::span<std::byte>)>;
/// Hands over what waits, but not for ever: what comes while it is read may wait for the next time.
Told take_destroyed(const ReceiveDestroyed& receive, std::span<std::byte> buffer, const UseDestroyed& use);

class DestroyedSockets {
 public:
  /// Listens in the network namespace that the thread is in.
  static Expected<DestroyedSockets> listen();

  /// Hands over what was destroyed since the last call.
  Told take(const UseDestroyed& use);

 private:
  explicit DestroyedSockets(FileDescriptor socket) : socket_(std::move(socket)) {}

  FileDescriptor socket_;
  std::vector<std::byte> buffer_;
};

}  // namespace tcpstat::netlink
