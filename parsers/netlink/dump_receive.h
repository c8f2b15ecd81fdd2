#pragma once
// One receive after another of a dump, and when no more can come.

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace tcpstat::netlink {

/// The size of the next datagram, or a negative errno: -EAGAIN if it may come later.
class DumpReceive {
 public:
  /// `take`: as recv(2).
  explicit DumpReceive(std::function<ssize_t(std::span<std::byte>)> take) : take_(std::move(take)) {}

  ssize_t operator()(std::span<std::byte> buffer) {
    while (true) {
      const ssize_t got = take_(buffer);
      if (got < 0 && errno == EINTR) continue;
      // The kernel goes on with a dump when a datagram is taken (net/netlink/af_netlink.c, netlink_recvmsg()). If it had
      // no memory for the next one, ENOBUFS tells, and nothing ever comes.
      if (got < 0 && errno == EAGAIN && broken_off_) return -ENOBUFS;
      broken_off_ = got < 0 && errno == ENOBUFS;
      return got < 0 ? -errno : got;
    }
  }

 private:
  std::function<ssize_t(std::span<std::byte>)> take_;
  bool broken_off_ = false;
};

}  // namespace tcpstat::netlink
