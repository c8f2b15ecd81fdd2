#pragma once
// Sysctls that say how a host is defended and how much it can hold.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/kernel_facts.h"

namespace tcpstat::procfs {

/// One number, as most sysctls are.
std::optional<std::int64_t> setting_value(std::string_view text);

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// "32768	60999", as net.ipv4.ip_local_port_range prints it.
std::optional<PortRange> port_range(std::string_view text);

/// How many ports of `range` the list of net.ipv4.ip_local_reserved_ports ("8080,30000-30009") has; nothing if it is
/// no such list. An empty list has none.
std::optional<std::uint32_t> reserved_ports_in(std::string_view text, PortRange range);

/// The first number of /proc/uptime: "6201.35 11034.80", seconds since boot.
std::optional<std::chrono::milliseconds> uptime_of(std::string_view text);

// These read the sysctls of the namespace that the calling thread is in, below `proc_root` ("/proc"); what cannot be
// read stays unknown.

/// net.ipv4.ip_local_port_range
std::optional<PortRange> read_port_range(const std::string& proc_root);
/// The sysctls that give timers a meaning.
KernelLimits read_kernel_limits(const std::string& proc_root);
/// All of them; `limits` are those that were read before.
KernelSettings read_kernel_settings(const std::string& proc_root, const KernelLimits& limits);

}  // namespace tcpstat::procfs
