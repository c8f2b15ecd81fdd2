#pragma once
// Times that the kernel has compiled in, and what its sysctls of 0 mean.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "model/kernel_limits.h"

namespace tcpstat::inline model {

/// TCP_TIMEOUT_INIT, include/net/tcp.h (RFC 6298 §2): the first timeout of a SYN and of a SYN+ACK. Each next one is
/// twice as long.
inline constexpr std::chrono::milliseconds kTcpTimeoutInit{1'000};
/// TCP_RTO_MIN, include/net/tcp.h.
inline constexpr std::chrono::milliseconds kTcpRtoMin{200};
/// TCP_RTO_MAX, include/net/tcp.h: timeouts stop doubling here. A sysctl since Linux 6.15, for all but requests
/// (reqsk_timeout(), include/net/tcp.h).
inline constexpr std::chrono::milliseconds kTcpRtoMax{120'000};
/// TCP_SYNACK_RETRIES, include/net/tcp.h: what tcp_synack_retries is unless somebody changed it.
inline constexpr std::uint32_t kTcpSynackRetries = 5;
/// TCP_TIMEWAIT_LEN, include/net/tcp.h: a constant, not a sysctl.
inline constexpr std::chrono::milliseconds kTcpTimewaitLen{60'000};
/// What tcp_syn_linear_timeouts is unless somebody changed it (net/ipv4/tcp_ipv4.c, tcp_sk_init()), Linux 6.5: so many
/// SYNs go out again before the timeout doubles.
inline constexpr std::uint32_t kTcpSynLinearTimeouts = 4;
/// The kernel keeps retry counts in a byte (struct inet_connection_sock, icsk_retransmits).
inline constexpr std::uint32_t kMostRetries = 255;
/// The clock ticks every 1 to 10 ms, and a timer is rounded up to a tick (kernel/time/timer.c); a larger difference is
/// not due to rounding.
inline constexpr std::chrono::milliseconds kTimerSlack{60};

/// Where timeouts stop doubling on this host.
constexpr std::chrono::milliseconds rto_max(const KernelLimits& limits) {
  return limits.rto_max_ms ? std::chrono::milliseconds(*limits.rto_max_ms) : kTcpRtoMax;
}

/// When `retries` retransmissions have been in vain: the timeouts are `first`, twice as long, and so on, each at most
/// `most`.
constexpr std::chrono::milliseconds backed_off(std::chrono::milliseconds first, std::uint32_t retries,
                                               std::chrono::milliseconds most) {
  std::chrono::milliseconds sum{};
  std::chrono::milliseconds timeout = first;
  for (std::uint32_t i = 0; i <= std::min(retries, kMostRetries); ++i) {
    sum += std::min(timeout, most);
    if (timeout < most) timeout *= 2;
  }
  return sum;
}

/// How old a half-open request is when its timeout number `round` ends, the first being 0
/// (net/ipv4/inet_connection_sock.c, reqsk_timer_handler()).
constexpr std::chrono::milliseconds request_round_end(std::uint32_t round) {
  return backed_off(kTcpTimeoutInit, round, kTcpRtoMax);
}
/// How long one waits that nobody answers. A listener with TCP_SYNCNT has a number of retries of its own, which the
/// kernel does not show.
constexpr std::chrono::milliseconds request_life(const KernelLimits& limits) {
  return request_round_end(limits.synack_retries.value_or(kTcpSynackRetries));
}
/// Where a queue is more than half full, requests expire after three rounds. Younger ones still wait, or were answered.
inline constexpr std::chrono::milliseconds kPrunedRequestLife = request_round_end(2);
/// The least that one lives, whatever the queue holds.
constexpr std::chrono::milliseconds least_request_life(const KernelLimits& limits) {
  return std::min(request_life(limits), kPrunedRequestLife);
}

/// How often a socket without a process tries: net.ipv4.tcp_orphan_retries, where 0 means 8 (net/ipv4/tcp_timer.c,
/// tcp_orphan_retries()).
constexpr std::uint32_t orphan_retries(std::uint32_t setting) { return setting == 0 ? 8 : setting; }

}  // namespace tcpstat::inline model
