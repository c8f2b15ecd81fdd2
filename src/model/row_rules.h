#pragma once
// What can be said of one row from its own facts and the host's sysctls: one predicate each, for FLAGS and for the
// rules of `check`. A predicate whose facts are unknown is false.

#include <cstdint>
#include <optional>

#include "model/connection.h"
#include "model/kernel_limits.h"

namespace tcpstat::inline model {

/// When data that nobody reads is worth a word. A program that reads does so within milliseconds of what comes in, the
/// end of the stream as well as data; 30 s are beyond any ordinary pause.
struct UnreadLimits {
  double age_s = 30;
  double full = 0.8;  ///< of the receive buffer, overhead included
  /// The age that is enough if the buffer is full or no window is left. A reader that is slower than its sender has a
  /// full buffer, too: each time it has read a sixteenth of it the window opens (net/ipv4/tcp_output.c,
  /// __tcp_select_window()), which takes seconds at 40 KB/s.
  double full_age_s = 10;
};
/// When a socket whose end was read is forgotten: programs close at once, nothing ordinary takes a minute.
inline constexpr double kLeakAgeS = 60;

/// Milliseconds since data came in, and since a segment with an ACK came in; nothing without tcp_info.
std::optional<std::uint64_t> since_data_ms(const Connection& row);
std::optional<std::uint64_t> since_ack_ms(const Connection& row);

// --- Half-open requests ---

/// Its SYN+ACK was sent again.
bool is_stale(const Connection& row);
/// Its client sent the SYN again.
bool is_client_retry(const Connection& row, const KernelLimits& limits);
/// Its client has answered; TCP_DEFER_ACCEPT waits for data.
bool is_deferred(const Connection& row);
/// The same of a request whose SYN+ACK was sent again `retransmits` times and whose timer has so much left.
bool is_deferred(std::uint32_t retransmits, std::uint32_t timer_ms);

// --- Timers ---

/// What keeps data from being sent while nothing is in flight.
enum class HeldBy : std::uint8_t {
  nothing,
  window,   ///< the peer's, which is closed
  way_out,  ///< the peer has room: no route, a link that is down, or a filter or queue that drops it here
  unknown,  ///< one of the two; tcp_info tells which (Linux 5.4)
};
HeldBy held_by(const Connection& row);
/// Data waits because the peer's window is closed.
bool has_zero_window(const Connection& row);
/// Data waits though the peer has room for it.
bool is_not_sent(const Connection& row);
/// Data of this side waits to be sent or to be acknowledged.
bool has_unacknowledged(const Connection& row);
/// What was sent last was not acknowledged in time.
bool is_retransmitting(const Connection& row);
/// The peer did not answer a keepalive probe.
bool is_keepalive_unanswered(const Connection& row);
/// It was tried more often than the sysctls of its state allow.
bool is_overdue(const Connection& row, const KernelLimits& limits);

// --- Programs ---

/// The receive buffer holds at least this share of what it can, or this side has closed its window.
bool is_buffer_full(const Connection& row, double share);
/// The application does not read what came in: data, or in CLOSE_WAIT the end of the stream.
bool is_not_read(const Connection& row, const UnreadLimits& limits = {});
/// CLOSE_WAIT: the application has read the end of the stream, has sent all it had, and keeps the socket.
bool is_leaked(const Connection& row, double age_s = kLeakAgeS);

/// All flags that apply. `zero-window`, `not-sent`, `not-read` and `leak` need tcp_info; whether a buffer is full needs
/// memory as well.
RowFlags flags_of(const Connection& row, const KernelLimits& limits);
/// Whether nothing but tcp_info tells of this flag.
bool needs_tcp_info(RowFlag flag);
/// Whether the row may have this flag, and lacks the tcp_info that would tell.
bool may_have(const Connection& row, RowFlag flag);

}  // namespace tcpstat::inline model
