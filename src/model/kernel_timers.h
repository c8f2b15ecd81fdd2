#pragma once
// Times that the kernel has compiled in, and what its sysctls of 0 mean.

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

/// How often a socket without a process tries: net.ipv4.tcp_orphan_retries, where 0 means 8 (net/ipv4/tcp_timer.c,
/// tcp_orphan_retries()).
constexpr std::uint32_t orphan_retries(std::uint32_t setting) { return setting == 0 ? 8 : setting; }

}  // namespace tcpstat::inline model
