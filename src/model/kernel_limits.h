#pragma once
// The sysctls that give timers a meaning; each of one network namespace, each optional.

#include <cstdint>
#include <optional>

namespace tcpstat::inline model {

/// tcp_syn_linear_timeouts exists since Linux 6.5, tcp_rto_max_ms since 6.15; tcp_orphan_retries of 0 means 8.
struct KernelLimits {
#define TIMER_SETTING(member, path) std::optional<std::uint32_t> member;
#include "model/kernel_facts.def"
};

}  // namespace tcpstat::inline model
