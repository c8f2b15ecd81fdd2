#pragma once
// Whether rows of two samples are the same connection. netlink gives each socket a cookie that request, accepted child
// and time-wait socket share and that a tuple used again does not; /proc has only tuple and inode, and both can come
// back. One exception: a cookie is made when a dump first shows the socket (net/core/sock_diag.c, __sock_gen_cookie()),
// so a socket that gives way to its child or time-wait socket at that very moment has no cookie yet to pass on
// (inet_csk_clone_lock(), inet_twsk_alloc()): the connection comes back with another cookie. Seen in 3 to 14 of some
// 3,000 transitions of connections that live for milliseconds, under dumps without a pause
// (tests/lab/oracle_traffic_test.cpp).

#include <cstdint>
#include <optional>

#include "model/transition.h"

namespace tcpstat::trace {

struct Identity {
  std::optional<std::uint64_t> cookie;
  /// 0 or nothing for a request, a connection that was not accepted yet, an orphan and a time-wait socket, so that it
  /// changes twice in an ordinary life.
  std::optional<std::uint64_t> inode;
};

/// Whether two rows with the same addresses and ports are of one socket.
constexpr Sameness sameness(const Identity& before, const Identity& after) {
  if (before.cookie && after.cookie) return *before.cookie == *after.cookie ? Sameness::same : Sameness::reused;
  const std::uint64_t was = before.inode.value_or(0);
  const std::uint64_t is = after.inode.value_or(0);
  return was != 0 && is != 0 && was != is ? Sameness::reused : Sameness::doubtful;
}

}  // namespace tcpstat::trace
