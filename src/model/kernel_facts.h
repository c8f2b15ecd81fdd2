#pragma once
// What the kernel counts and how it is set, beside its sockets: each value of one network namespace unless it says
// otherwise, and each optional: unknown is not zero.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tcpstat::inline model {

/// Counters since the namespace came to be. 64 bits on 64-bit kernels, 32 on others.
struct KernelCounters {
#define COUNTER(member, file, group, name) std::optional<std::uint64_t> member;
#define SETTING(member, path)
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
};

/// Sysctls.
struct KernelSettings {
#define COUNTER(member, file, group, name)
#define SETTING(member, path) std::optional<std::int64_t> member;
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  std::optional<std::uint16_t> first_local_port;  ///< net.ipv4.ip_local_port_range
  std::optional<std::uint16_t> last_local_port;
  std::optional<std::uint32_t> reserved_ports;  ///< how many ports of that range net.ipv4.ip_local_reserved_ports takes
  std::array<std::optional<std::uint64_t>, 3> tcp_mem_pages;  ///< net.ipv4.tcp_mem: low, pressure, high; whole host
};

/// /proc/net/sockstat and sockstat6. `orphan`, `alloc` and `mem_pages` are of the whole host.
struct SocketUsage {
  std::optional<std::uint64_t> inuse;
  std::optional<std::uint64_t> inuse6;
  std::optional<std::uint64_t> orphan;
  std::optional<std::uint64_t> tw;
  std::optional<std::uint64_t> alloc;
  std::optional<std::uint64_t> mem_pages;
};

/// Sums over CPUs of /proc/net/stat/nf_conntrack, /proc/net/stat/synproxy and /proc/net/softnet_stat (whole host).
struct FilterCounters {
  std::optional<std::uint64_t> conntrack_drop;
  std::optional<std::uint64_t> conntrack_early_drop;
  std::optional<std::uint64_t> conntrack_insert_failed;
  std::optional<std::uint64_t> synproxy_syn_received;
  std::optional<std::uint64_t> synproxy_cookie_valid;
  std::optional<std::uint64_t> synproxy_cookie_invalid;
  std::optional<std::uint64_t> softnet_dropped;
};

struct KernelFacts {
  KernelCounters counters;
  KernelSettings settings;
  SocketUsage usage;
  FilterCounters filters;
  /// When the counters were read, CLOCK_BOOTTIME.
  std::chrono::milliseconds boot_time{};
};

/// How much a counter grew. A 32-bit counter that wrapped (a fall by 2^31 or more, `before` below 2^32) is carried over;
/// any other fall is a reset, and there is no difference to tell.
constexpr std::optional<std::uint64_t> growth(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now) {
  if (!before || !now) return std::nullopt;
  if (*now >= *before) return *now - *before;
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32U;
  if (*before < kWrap && *before - *now >= kWrap / 2) return kWrap - *before + *now;
  return std::nullopt;
}

}  // namespace tcpstat::inline model
