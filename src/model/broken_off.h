#pragma once
// Connections that programs of this host break off.

#include <cstdint>

#include "model/kernel_facts.h"

namespace tcpstat::inline model {

/// How many programs of this host ended by RST between two readings: closed with data unread, or with SO_LINGER of 0
/// (net/ipv4/tcp.c, __tcp_close()). A counter that is not known counts as 0. EstabResets also counts connections that
/// peers reset.
constexpr std::uint64_t broken_off(const KernelCounters& before, const KernelCounters& now) {
  return growth(before.abort_on_close, now.abort_on_close).value_or(0) +
         growth(before.abort_on_data, now.abort_on_data).value_or(0);
}

}  // namespace tcpstat::inline model
