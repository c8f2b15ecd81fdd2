#pragma once
// What the kernel counts and how it is set, beside its sockets: each value of one network namespace unless it says
// otherwise, and each optional: unknown is not zero.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/kernel_limits.h"

namespace tcpstat::inline model {

/// Counters since the namespace came to be. 64 bits on 64-bit kernels, 32 on others.
struct KernelCounters {
#define COUNTER(member, file, group, name) std::optional<std::uint64_t> member;
#include "model/kernel_facts.def"
};

/// Sums over CPUs. Those of softnet_stat are of the whole host.
struct FilterCounters {
#define FILTER(member, file, column) std::optional<std::uint64_t> member;
#include "model/kernel_facts.def"
};

/// How many sockets there are, and how much memory they take.
struct SocketUsage {
#define USAGE(member, file, protocol, name) std::optional<std::uint64_t> member;
#include "model/kernel_facts.def"
};

/// All sysctls, those of timers included.
struct KernelSettings : KernelLimits {
#define TIMER_SETTING(member, path)
#define SETTING(member, path) std::optional<std::int64_t> member;
#include "model/kernel_facts.def"
  std::optional<std::uint16_t> first_local_port;  ///< net.ipv4.ip_local_port_range
  std::optional<std::uint16_t> last_local_port;
  std::optional<std::uint32_t> reserved_ports;  ///< how many ports of that range net.ipv4.ip_local_reserved_ports takes
  std::array<std::optional<std::uint64_t>, 3> tcp_mem_pages;  ///< net.ipv4.tcp_mem: low, pressure, high; whole host

  [[nodiscard]] bool is_ephemeral(std::uint16_t port) const {
    return first_local_port && last_local_port && port >= *first_local_port && port <= *last_local_port;
  }
  /// How many ports connect(2) has for one destination; nothing if that is not known, or none.
  [[nodiscard]] std::optional<std::uint64_t> ephemeral_ports() const {
    if (!first_local_port || !last_local_port) return std::nullopt;
    const std::int64_t ports = std::int64_t{*last_local_port} - *first_local_port + 1 - reserved_ports.value_or(0);
    return ports > 0 ? std::optional(static_cast<std::uint64_t>(ports)) : std::nullopt;
  }
};

/// A file of facts that should be there and could not be read, or that lacks something tcpstat needs.
struct UnreadFile {
  std::string_view file;  ///< below /proc/net, as in kernel_facts.def
  std::string path;       ///< for a sentence
  int error = 0;
  std::string_view damage = {};  ///< what is wrong with it, if no call failed

  [[nodiscard]] std::string sentence() const {
    return Error{"read " + path, error, {}, std::string(damage)}.sentence();
  }
};

struct KernelFacts {
  KernelCounters counters;
  KernelSettings settings;
  SocketUsage usage;
  FilterCounters filters;
  /// When the counters were read, CLOCK_BOOTTIME.
  std::chrono::milliseconds boot_time{};
  std::vector<UnreadFile> unread;
};

/// Where one value of `Facts` is read, and its name in what tcpstat saves.
template <typename Facts, typename Number>
struct KernelFactInfo {
  std::string_view key;  ///< "syncookies_sent"
  std::optional<Number> Facts::*member;
  std::string_view file;   ///< below /proc/net, or for a sysctl below /proc/sys
  std::string_view group;  ///< "TcpExt", "TCP:"; empty where there are no groups
  std::string_view name;   ///< in the file; empty for a sysctl
};

inline constexpr auto kKernelCounters = std::to_array<KernelFactInfo<KernelCounters, std::uint64_t>>({
#define COUNTER(member, file, group, name) {#member, &KernelCounters::member, file, group, name},
#include "model/kernel_facts.def"
});
inline constexpr auto kFilterCounters = std::to_array<KernelFactInfo<FilterCounters, std::uint64_t>>({
#define FILTER(member, file, column) {#member, &FilterCounters::member, file, "", column},
#include "model/kernel_facts.def"
});
inline constexpr auto kSocketUsage = std::to_array<KernelFactInfo<SocketUsage, std::uint64_t>>({
#define USAGE(member, file, protocol, name) {#member, &SocketUsage::member, file, protocol, name},
#include "model/kernel_facts.def"
});
inline constexpr auto kTimerSettings = std::to_array<KernelFactInfo<KernelLimits, std::uint32_t>>({
#define TIMER_SETTING(member, path) {#member, &KernelLimits::member, path, "", ""},
#include "model/kernel_facts.def"
});
inline constexpr auto kOtherSettings = std::to_array<KernelFactInfo<KernelSettings, std::int64_t>>({
#define TIMER_SETTING(member, path)
#define SETTING(member, path) {#member, &KernelSettings::member, path, "", ""},
#include "model/kernel_facts.def"
});

/// Calls `each(key, value)` for every counter, those of TCP before those of filters.
template <typename Each>
void for_each_counter(const KernelCounters& counters, const FilterCounters& filters, Each&& each) {
  for (const auto& info : kKernelCounters) each(info.key, counters.*info.member);
  for (const auto& info : kFilterCounters) each(info.key, filters.*info.member);
}
template <typename Each>
void for_each_counter(KernelCounters& counters, FilterCounters& filters, Each&& each) {
  for (const auto& info : kKernelCounters) each(info.key, counters.*info.member);
  for (const auto& info : kFilterCounters) each(info.key, filters.*info.member);
}

/// How much a counter grew. A 32-bit counter that wrapped (a fall by 2^31 or more, `before` below 2^32) is carried
/// over; any other fall is a reset, and there is no difference to tell.
constexpr std::optional<std::uint64_t> growth(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now) {
  if (!before || !now) return std::nullopt;
  if (*now >= *before) return *now - *before;
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32U;
  if (*before < kWrap && *before - *now >= kWrap / 2) return kWrap - *before + *now;
  return std::nullopt;
}

}  // namespace tcpstat::inline model
