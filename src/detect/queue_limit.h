#pragma once
// How many half-open requests a listener holds before cookies or drops begin, and for how long it holds one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "detect/sample/syn_sample.h"
#include "model/kernel_facts.h"
#include "model/kernel_timers.h"

namespace tcpstat::detect {

inline constexpr double kPrunedLifeS = std::chrono::duration<double>(kPrunedRequestLife).count();
inline double request_life_s(const KernelSettings& settings) {
  return std::chrono::duration<double>(request_life(settings)).count();
}
inline double least_life_s(const KernelSettings& settings) {
  return std::chrono::duration<double>(least_request_life(settings)).count();
}

/// Whether any request outlives its first timeout.
inline bool requests_age(const KernelSettings& settings) { return settings.synack_retries != std::uint32_t{0}; }

/// SYNPROXY answers before TCP sees a SYN.
inline bool synproxy_works(const KernelFacts& facts) { return facts.filters.synproxy_syn_received.value_or(0) > 0; }

/// How many requests the queue holds, summed over all sockets of a SO_REUSEPORT pool. Nothing where the backlog is not
/// known (/proc does not show it).
///
/// A queue is full when it exceeds its backlog (include/net/inet_connection_sock.h, inet_csk_reqsk_queue_is_full()).
/// Before Linux 6.14 it was full when it reached it; stable kernels took the change over, so that the release does not
/// tell, and this may be one more than there is room for.
/// tcp_max_syn_backlog counts only with tcp_syncookies=0, and its last quarter is kept for proven peers
/// (net/ipv4/tcp_input.c, tcp_conn_request()).
inline std::optional<std::uint64_t> queue_limit(const SynListener& listener, const KernelSettings& settings) {
  if (listener.backlogs.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  for (const std::uint32_t backlog : listener.backlogs) {
    std::uint64_t limit = std::uint64_t{backlog} + 1;
    if (settings.syncookies == 0 && settings.max_syn_backlog && *settings.max_syn_backlog >= 0) {
      const auto most = static_cast<std::uint64_t>(*settings.max_syn_backlog);
      limit = std::min(limit, most - most / 4 + 1);
    }
    sum += limit;
  }
  return sum;
}

}  // namespace tcpstat::detect
