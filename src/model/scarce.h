#pragma once
// From which share of what the kernel allows a host is short of something. The rules of check have them as thresholds,
// which users may set; the audit takes them as they are.

namespace tcpstat::inline model {

/// Of tcp_mem's second number: the kernel shrinks windows and buffers.
inline constexpr double kMemoryPressure = 1;
/// Of its third: beyond it nothing is allocated, so that use stays just below.
inline constexpr double kMemoryFull = 0.95;
/// Of tcp_max_orphans: a socket whose peer is slow counts up to four times, many count twice
/// (include/net/tcp.h, tcp_too_many_orphans()).
inline constexpr double kManyOrphans = 0.25;
inline constexpr double kTooManyOrphans = 0.5;
/// Of tcp_max_tw_buckets: there is room for one more burst; there is none.
inline constexpr double kTimeWaitMany = 0.7;
inline constexpr double kTimeWaitFull = 0.95;
/// Of nf_conntrack_max: there is room for one more burst; there is none, as entries come and go faster than they are
/// counted.
inline constexpr double kTrackedMany = 0.8;
inline constexpr double kTrackedFull = 0.95;

}  // namespace tcpstat::inline model
