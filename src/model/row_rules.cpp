#include "model/row_rules.h"

#include <algorithm>

#include "model/kernel_timers.h"
#include "model/tcp_info.h"

namespace tcpstat::inline model {
namespace {

/// How often the running timer may fire, by the sysctls (net/ipv4/tcp_timer.c: tcp_write_timeout(),
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
  // The socket is an orphan. Its limit is a length of time, so one try more may pass.
  if (!limits.orphan_retries) return std::nullopt;
  return orphan_retries(*limits.orphan_retries) + 1;
}

bool tried(const Connection& row) { return row.retransmits.value_or(0) > 0; }

double seconds(std::uint64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; }

}  // namespace

std::optional<std::uint64_t> since_data_ms(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("last_data_recv_ms");
  return tcp_info_value(row.tcp_info, kField);
}

std::optional<std::uint64_t> since_ack_ms(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("last_ack_recv_ms");
  return tcp_info_value(row.tcp_info, kField);
}

bool is_stale(const Connection& row) { return tried(row); }

bool is_client_retry(const Connection& row, const KernelLimits& limits) {
  // The timer sends at most tcp_synack_retries times. A repeated SYN is answered too, and that counts as well
  // (net/ipv4/tcp_minisocks.c, tcp_check_req()). /proc counts timeouts instead, which never exceed the sysctl.
  return limits.synack_retries && row.retransmits && *row.retransmits > *limits.synack_retries;
}

bool is_deferred(const Connection& row) {
  return row.retransmits && row.timer_ms && is_deferred(*row.retransmits, *row.timer_ms);
}

bool is_deferred(std::uint32_t retransmits, std::uint32_t timer_ms) {
  // Each timeout doubles the next one, but while TCP_DEFER_ACCEPT holds an answered request back nothing is sent and
  // nothing counted (net/ipv4/inet_connection_sock.c, syn_ack_recalc()): the timer runs longer than the count explains.
  constexpr std::uint32_t kTimerLimit = 7;
  static_assert(kTcpTimeoutInit * (1U << kTimerLimit) > kTcpRtoMax);  // from there on timeouts do not double
  if (retransmits >= kTimerLimit) return false;
  return std::chrono::milliseconds(timer_ms) > kTcpTimeoutInit * (1U << retransmits) + kTimerSlack;
}

// net/ipv4/tcp_output.c: tcp_check_probe_timer() arms it while data waits and nothing is in flight, whether the window
// had no room for the first segment (tcp_snd_wnd_test()) or sending it failed here (tcp_write_xmit()).
HeldBy held_by(const Connection& row) {
  static constexpr const TcpInfoField& kWindow = tcp_info_field("snd_wnd");
  static constexpr const TcpInfoField& kMss = tcp_info_field("mss");
  static constexpr const TcpInfoField& kNotSent = tcp_info_field("notsent_bytes");
  if (row.timer != TimerKind::probe) return HeldBy::nothing;
  const auto window = tcp_info_value(row.tcp_info, kWindow);
  if (!window) return HeldBy::unknown;
  const std::uint64_t data = tcp_info_value(row.tcp_info, kNotSent).value_or(0);
  const std::uint64_t first = std::min(data, tcp_info_value(row.tcp_info, kMss).value_or(data));
  // A FIN alone takes one byte of the window.
  return *window < std::max<std::uint64_t>(first, 1) ? HeldBy::window : HeldBy::way_out;
}

bool has_zero_window(const Connection& row) { return held_by(row) == HeldBy::window; }

bool is_not_sent(const Connection& row) { return held_by(row) == HeldBy::way_out; }

bool has_unacknowledged(const Connection& row) { return row.send_queue.value_or(0) > 0; }

bool is_retransmitting(const Connection& row) { return row.timer == TimerKind::retransmit && tried(row); }

// netlink shows icsk_probes_out here (net/ipv4/inet_diag.c, inet_sk_diag_fill()); an answer sets it back to 0.
bool is_keepalive_unanswered(const Connection& row) { return row.timer == TimerKind::keepalive && tried(row); }

bool is_overdue(const Connection& row, const KernelLimits& limits) {
  const auto most = most_tries(row, limits);
  return tried(row) && most && *row.retransmits > *most;
}

bool is_buffer_full(const Connection& row, double share) {
  if (recv_buffer_fill(row).value_or(0) >= share) return true;
  // Small buffers close the window at 70 % and less. Linux 6.2 and later tell our window; before that only the fill
  // tells.
  static constexpr const TcpInfoField& kWindow = tcp_info_field("rcv_wnd");
  return tcp_info_value(row.tcp_info, kWindow) == std::uint64_t{0};
}

bool is_not_read(const Connection& row, const UnreadLimits& limits) {
  if (row.recv_queue.value_or(0) == 0) return false;
  if (row.state == State::close_wait) {
    // A FIN is one byte of the queue until the application has read the end of file (net/ipv4/tcp.c,
    // tcp_recvmsg_locked()), and every segment of the peer, its FIN too, sets last_ack_recv: CLOSE_WAIT is at least as
    // old.
    const auto age = since_ack_ms(row);
    return age && seconds(*age) > limits.age_s;
  }
  if (row.state != State::established) return false;
  const auto age = since_data_ms(row);
  if (!age) return false;
  if (seconds(*age) > limits.age_s) return true;
  return seconds(*age) >= limits.full_age_s && is_buffer_full(row, limits.full);
}

bool is_leaked(const Connection& row, double age_s) {
  if (row.state != State::close_wait || row.recv_queue != 0U || row.inode == 0) return false;
  // The peer may have closed its half alone and wait for an answer that is on its way (RFC 9293 §3.6, case 2).
  if (has_unacknowledged(row)) return false;
  const auto age = since_ack_ms(row);
  return age && seconds(*age) >= age_s;
}

bool needs_tcp_info(RowFlag flag) {
  return flag == RowFlag::zero_window || flag == RowFlag::not_sent || flag == RowFlag::not_read ||
         flag == RowFlag::leak;
}

bool may_have(const Connection& row, RowFlag flag) {
  if (!needs_tcp_info(flag) || !row.tcp_info.empty()) return false;
  const bool open = row.state == State::established || row.state == State::close_wait;
  if (flag == RowFlag::not_read) return open && row.recv_queue != 0U;
  if (flag == RowFlag::leak) {
    return row.state == State::close_wait && row.recv_queue.value_or(0) == 0 && row.inode != 0 &&
           !has_unacknowledged(row);
  }
  return row.timer == TimerKind::probe;
}

RowFlags flags_of(const Connection& row, const KernelLimits& limits) {
  RowFlags flags;
  if (row.state == State::syn_recv && row.minisocket) {
    if (is_stale(row)) flags.add(RowFlag::stale);
    if (is_client_retry(row, limits)) flags.add(RowFlag::client_retry);
    if (is_deferred(row)) flags.add(RowFlag::deferred);
    return flags;
  }
  if (row.timer != TimerKind::none) {
    const HeldBy held = held_by(row);
    if (held == HeldBy::window) flags.add(RowFlag::zero_window);
    if (held == HeldBy::way_out) flags.add(RowFlag::not_sent);
    if (is_retransmitting(row)) flags.add(RowFlag::retransmitting);
    if (is_keepalive_unanswered(row)) flags.add(RowFlag::keepalive_unanswered);
    if (is_overdue(row, limits)) flags.add(RowFlag::overdue);
  }
  if (!row.tcp_info.empty()) {
    if (is_not_read(row)) flags.add(RowFlag::not_read);
    if (is_leaked(row)) flags.add(RowFlag::leak);
  }
  return flags;
}

}  // namespace tcpstat::inline model
