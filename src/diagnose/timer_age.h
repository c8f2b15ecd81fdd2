#pragma once
// How long a connection has waited: from the timer that runs and how often it was doubled, or from its clocks.

#include <cstdint>
#include <optional>

#include "model/connection.h"
#include "model/kernel_limits.h"

namespace tcpstat::diagnose {

/// Milliseconds since the probe timer first ran. The interval doubles from the retransmission timeout on
/// (net/ipv4/tcp_output.c, tcp_probe0_when()). Nothing without tcp_info.
std::optional<std::uint64_t> probed_ms(const Connection& row, const KernelLimits& limits);

/// Milliseconds since the unacknowledged data was first sent; nothing without tcp_info.
std::optional<std::uint64_t> unanswered_ms(const Connection& row);

/// Milliseconds since the first SYN, in SYN_SENT: the timeouts that passed, and the running one as far as it has come.
/// Where tcp_syn_linear_timeouts is not known, its default makes the younger of two possible ages.
std::optional<std::uint64_t> connecting_ms(const Connection& row, const KernelLimits& limits);

/// Milliseconds since the handshake ended, of a connection that no program has accepted; nothing without tcp_info.
std::optional<std::uint64_t> unaccepted_ms(const Connection& row);

}  // namespace tcpstat::diagnose
