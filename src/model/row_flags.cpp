#include "model/row_flags.h"

#include <algorithm>

#include "model/age.h"
#include "model/tcp_info.h"

namespace tcpstat::inline model {
namespace {

/// The kernel's clock ticks every 1 to 10 ms, and a timer is rounded up to a tick; more than that is no rounding.
constexpr std::uint64_t kTimerSlackMs = 60;
constexpr std::uint64_t kUnreadMs = 30'000;
/// A buffer that is full for less is a burst.
constexpr std::uint64_t kFullUnreadMs = 1'000;
constexpr double kFull = 0.8;
constexpr std::uint64_t kLeakMs = 60'000;

const TcpInfoField& field_of(std::string_view key) {
  const auto fields = tcp_info_fields();
  return *std::find_if(fields.begin(), fields.end(), [&](const TcpInfoField& field) { return field.key == key; });
}

std::uint64_t since_data_ms(const Connection& row) {
  static const TcpInfoField& field = field_of("last_data_recv_ms");
  return tcp_info_value(row.tcp_info, field).value_or(0);
}

/// Linux 6.2 and later tell our window; before, the buffer's fill has to do.
bool window_closed(const Connection& row) {
  static const TcpInfoField& field = field_of("rcv_wnd");
  return tcp_info_value(row.tcp_info, field) == std::uint64_t{0};
}

std::uint64_t since_ack_ms(const Connection& row) {
  static const TcpInfoField& field = field_of("last_ack_recv_ms");
  return tcp_info_value(row.tcp_info, field).value_or(0);
}

void add_half_open(const Connection& row, const KernelLimits& limits, RowFlags& to) {
  if (!row.retransmits) return;
  if (*row.retransmits > 0) to.add(RowFlag::stale);
  // The timer alone sends at most tcp_synack_retries times; a repeated SYN is answered too and counted with it
  // (net/ipv4/tcp_minisocks.c, tcp_check_req()). /proc counts timeouts instead, which do not get that far.
  if (limits.synack_retries && *row.retransmits > *limits.synack_retries) to.add(RowFlag::client_retry);
  // Each timeout doubles the next one, but while TCP_DEFER_ACCEPT holds an answered request back nothing is sent and
  // nothing counted (net/ipv4/inet_connection_sock.c, syn_ack_recalc()): the timer runs longer than the count explains.
  constexpr std::uint32_t kTimerLimit = 7;  // 2^7 s is beyond TCP_RTO_MAX
  if (row.timer_ms &&
      *row.retransmits<kTimerLimit&& * row.timer_ms>(kInitialTimeoutMs << *row.retransmits) + kTimerSlackMs) {
    to.add(RowFlag::deferred);
  }
}

/// How often the timer may fire that runs, by the sysctls (net/ipv4/tcp_timer.c: tcp_write_timeout(),
/// tcp_orphan_retries(), tcp_keepalive_timer()). A socket option (TCP_SYNCNT, TCP_USER_TIMEOUT, TCP_KEEPCNT) may allow
/// more.
std::optional<std::uint32_t> most_tries(const Connection& row, const KernelLimits& limits) {
  if (row.timer == TimerKind::keepalive) return limits.keepalive_probes;
  if (row.timer != TimerKind::retransmit && row.timer != TimerKind::probe) return std::nullopt;
  if (row.state == State::syn_sent) {
    if (!limits.syn_retries || !limits.syn_linear_timeouts) return std::nullopt;
    return *limits.syn_retries + *limits.syn_linear_timeouts;
  }
  if (row.inode != 0 || row.state == State::established || row.state == State::syn_recv) return limits.retries2;
  // No process waits for an orphan. Zero means 8. Limits are in time, so one try more may pass.
  if (!limits.orphan_retries) return std::nullopt;
  constexpr std::uint32_t kDefault = 8;
  return (*limits.orphan_retries == 0 ? kDefault : *limits.orphan_retries) + 1;
}

void add_timer(const Connection& row, const KernelLimits& limits, RowFlags& to) {
  if (row.timer == TimerKind::probe) {
    // net/ipv4/tcp_output.c, tcp_check_probe_timer(): armed while data waits and nothing is in flight.
    to.add(RowFlag::zero_window);
  }
  if (row.retransmits.value_or(0) == 0) return;
  if (row.timer == TimerKind::retransmit) to.add(RowFlag::retransmitting);
  // netlink shows icsk_probes_out here (net/ipv4/inet_diag.c, inet_sk_diag_fill()); an answer sets it back to 0.
  if (row.timer == TimerKind::keepalive) to.add(RowFlag::keepalive_unanswered);
  const auto most = most_tries(row, limits);
  if (most && *row.retransmits > *most) to.add(RowFlag::overdue);
}

void add_unread(const Connection& row, RowFlags& to) {
  if (row.state == State::established) {
    if (row.recv_queue.value_or(0) == 0) return;
    const std::uint64_t age = since_data_ms(row);
    const bool full = recv_buffer_fill(row).value_or(0) >= kFull || window_closed(row);
    if (age > kUnreadMs || (full && age >= kFullUnreadMs)) to.add(RowFlag::not_read);
    return;
  }
  if (row.state != State::close_wait || !row.recv_queue) return;
  // A FIN is one byte of the queue until the application has read the end of file (net/ipv4/tcp.c,
  // tcp_recvmsg_locked()), and every segment of the peer, its FIN too, sets last_ack_recv: CLOSE_WAIT is at least as old.
  const std::uint64_t age = since_ack_ms(row);
  if (*row.recv_queue > 0 && age > kUnreadMs) to.add(RowFlag::not_read);
  if (*row.recv_queue == 0 && row.inode != 0 && age >= kLeakMs) to.add(RowFlag::leak);
}

}  // namespace

RowFlags flags_of(const Connection& row, const KernelLimits& limits) {
  RowFlags flags;
  if (row.state == State::syn_recv && row.minisocket) {
    add_half_open(row, limits, flags);
    return flags;
  }
  if (row.timer != TimerKind::none) add_timer(row, limits, flags);
  if (!row.tcp_info.empty()) add_unread(row, flags);
  return flags;
}

}  // namespace tcpstat::inline model
