#pragma once
// How long a connection has been in its state, where the kernel's own timers tell.

#include <cstdint>
#include <optional>

#include "model/connection.h"
#include "model/kernel_limits.h"

namespace tcpstat::inline model {

/// Milliseconds; an estimate. TIME_WAIT and owner-less FIN_WAIT2: a lower bound, since a stray segment starts the
/// timer anew (net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()). Half-open requests: from the number of
/// timeouts that passed; nothing if repeated client SYNs or a deferred accept made timer and counter disagree.
/// Nothing for every other state.
std::optional<std::uint64_t> estimate_age(const Connection& connection, const KernelLimits& limits);

}  // namespace tcpstat::inline model
