#pragma once
// Connections that programs of this host break off, and attempts that others end.

#include <algorithm>
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

/// How many attempts of this host an ICMP error ended between two readings while connect(2) had the socket locked: it
/// comes at once from this host's own firewall, or over a veth device. AttemptFails lacks those that do not wait
/// (net/ipv4/tcp_ipv4.c, tcp_v4_err()). At most so many: errors about open connections count as well.
constexpr std::uint64_t ended_inside_connect(const KernelCounters& before, const KernelCounters& now) {
  return std::min({growth(before.lock_dropped_icmps, now.lock_dropped_icmps).value_or(0),
                   growth(before.icmp_in_unreachables, now.icmp_in_unreachables).value_or(0),
                   growth(before.active_opens, now.active_opens).value_or(0)});
}

}  // namespace tcpstat::inline model
