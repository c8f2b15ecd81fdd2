#pragma once
// How many half-open requests a listener holds before cookies or drops begin.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "detect/sample/syn_sample.h"
#include "model/kernel_facts.h"

namespace tcpstat::detect {

/// Above half of the limit requests expire after three timer rounds (net/ipv4/inet_connection_sock.c,
/// reqsk_timer_handler()): 1, 2 and 4 s. Younger ones all wait still, or were answered.
inline constexpr double kPrunedLifeS = 7;

/// Nothing where the backlog is not known (/proc does not show it). Of all sockets of a SO_REUSEPORT pool.
///
/// A queue is full when it exceeds its backlog (net/ipv4/inet_connection_sock.h, inet_csk_reqsk_queue_is_full()).
/// tcp_max_syn_backlog counts with tcp_syncookies=0 alone, and its last quarter is kept for proven peers
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
