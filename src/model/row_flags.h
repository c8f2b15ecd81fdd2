#pragma once
// Which flags a row has: rules that need only the row and the host's sysctls.

#include "model/connection.h"
#include "model/kernel_limits.h"

namespace tcpstat::inline model {

/// A rule whose facts are unknown does not apply. `not-read` and `leak` need tcp_info, a full buffer memory.
RowFlags flags_of(const Connection& row, const KernelLimits& limits);

}  // namespace tcpstat::inline model
