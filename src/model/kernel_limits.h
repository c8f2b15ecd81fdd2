#pragma once
// The sysctls that give timers a meaning; each of one network namespace, each optional.

#include <cstdint>
#include <optional>

namespace tcpstat {

struct KernelLimits {
  std::optional<std::uint32_t> fin_timeout_s;   ///< net.ipv4.tcp_fin_timeout
  std::optional<std::uint32_t> synack_retries;  ///< net.ipv4.tcp_synack_retries
};

}  // namespace tcpstat
