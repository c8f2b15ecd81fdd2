#pragma once
// The sysctls that give timers a meaning; each of one network namespace, each optional.

#include <cstdint>
#include <optional>

namespace tcpstat::inline model {

struct KernelLimits {
  std::optional<std::uint32_t> fin_timeout_s;         ///< net.ipv4.tcp_fin_timeout
  std::optional<std::uint32_t> synack_retries;        ///< net.ipv4.tcp_synack_retries
  std::optional<std::uint32_t> syn_retries;           ///< net.ipv4.tcp_syn_retries
  std::optional<std::uint32_t> syn_linear_timeouts;   ///< net.ipv4.tcp_syn_linear_timeouts, Linux 6.5
  std::optional<std::uint32_t> retries2;              ///< net.ipv4.tcp_retries2
  std::optional<std::uint32_t> orphan_retries;        ///< net.ipv4.tcp_orphan_retries; 0 means 8
  std::optional<std::uint32_t> rto_max_ms;            ///< net.ipv4.tcp_rto_max_ms, Linux 6.15
  std::optional<std::uint32_t> keepalive_time_s;      ///< net.ipv4.tcp_keepalive_time
  std::optional<std::uint32_t> keepalive_probes;      ///< net.ipv4.tcp_keepalive_probes
  std::optional<std::uint32_t> keepalive_interval_s;  ///< net.ipv4.tcp_keepalive_intvl
};

}  // namespace tcpstat::inline model
