#pragma once
// A LISTEN socket. Its queues hold connections, not bytes, and a listener has no remote end.

#include <cstdint>
#include <optional>
#include <type_traits>

#include "model/connection.h"

namespace tcpstat::inline model {

struct Listener : Socket {
  /// Connections that finished the handshake and wait for accept(2).
  std::optional<std::uint32_t> accept_queue;
  /// The backlog that listen(2) was given, capped by somaxconn; the queue is full when it exceeds this. Netlink only.
  std::optional<std::uint32_t> accept_limit;
  /// In kernels before 4.4 the listener runs the timer of its half-open requests.
  TimerKind timer = TimerKind::none;
  std::optional<std::uint32_t> timer_ms;
  std::optional<std::uint32_t> retransmits;
  /// Half-open requests on its endpoint; filled in when the dump has ended.
  std::optional<std::uint64_t> syn_recv;
};

static_assert(std::is_trivially_copyable_v<Listener>);

/// How many connections an accept queue holds: one more than its limit (include/net/sock.h, sk_acceptq_is_full()).
constexpr std::uint64_t accept_room(std::uint32_t limit) { return std::uint64_t{limit} + 1; }

/// Whether the accept queue is full, so that the kernel drops handshakes that end now.
inline bool is_full(const Listener& row) {
  return row.accept_queue && row.accept_limit && *row.accept_queue > *row.accept_limit;
}

}  // namespace tcpstat::inline model
