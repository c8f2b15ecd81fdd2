#include "diagnose/timer_age.h"

#include <algorithm>
#include <chrono>

#include "model/kernel_timers.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose {
namespace {

std::optional<std::uint64_t> rto_ms(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("rto_ms");
  return tcp_info_value(row.tcp_info, kField);
}
std::optional<std::uint64_t> backoff(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("backoff");
  return tcp_info_value(row.tcp_info, kField);
}

}  // namespace

std::optional<std::uint64_t> probed_ms(const Connection& row, const KernelLimits& limits) {
  const auto rto = rto_ms(row);
  const auto doublings = backoff(row);
  if (!row.timer_ms || !rto || !doublings) return std::nullopt;
  const auto most = static_cast<std::uint64_t>(rto_max(limits).count());
  std::uint64_t sum = 0;
  std::uint64_t interval = *rto;
  for (std::uint64_t i = 0; i <= *doublings; ++i) {
    sum += std::min(interval, most);
    if (interval < most) interval *= 2;
  }
  return sum > *row.timer_ms ? sum - *row.timer_ms : 0;
}

std::optional<std::uint64_t> unanswered_ms(const Connection& row) {
  // The timeout doubles each time, so that the earlier ones together last as long as the running one, less the first.
  const auto rto = rto_ms(row);
  const auto doublings = backoff(row);
  if (!rto || !doublings || !row.timer_ms) return std::nullopt;
  std::uint64_t all = 2 * *rto - (*rto >> std::min<std::uint64_t>(*doublings, 63));
  // An ICMP error takes a doubling back (net/ipv4/tcp_ipv4.c, tcp_ld_RTO_revert()), and thin streams do not double.
  if (row.retransmits.value_or(0) > *doublings) all += (*row.retransmits - *doublings) * *rto;
  const std::uint64_t passed = all > *row.timer_ms ? all - *row.timer_ms : 0;
  return std::min(passed, since_ack_ms(row).value_or(passed));
}

std::optional<std::uint64_t> connecting_ms(const Connection& row, const KernelLimits& limits) {
  if (!row.retransmits || !row.timer_ms) return std::nullopt;
  const std::uint32_t linear = limits.syn_linear_timeouts.value_or(kTcpSynLinearTimeouts);
  std::chrono::milliseconds end{};
  std::chrono::milliseconds timeout = kTcpTimeoutInit;
  for (std::uint32_t i = 0; i <= std::min(*row.retransmits, kMostRetries); ++i) {
    if (i > linear) timeout = std::min(timeout * 2, rto_max(limits));
    end += timeout;
  }
  const std::chrono::milliseconds left(*row.timer_ms);
  return end > left ? std::optional(static_cast<std::uint64_t>((end - left).count())) : std::nullopt;
}

std::optional<std::uint64_t> unaccepted_ms(const Connection& row) {
  // The clock of sending starts with the connection (net/ipv4/tcp_minisocks.c, tcp_create_openreq_child()), and nobody
  // sends anything on a connection that no program has accepted.
  static constexpr const TcpInfoField& kLastSent = tcp_info_field("last_data_sent_ms");
  return tcp_info_value(row.tcp_info, kLastSent);
}

}  // namespace tcpstat::diagnose
