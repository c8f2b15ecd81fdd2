#pragma once
// Numbers by which a run tells network namespaces apart.

#include <cstdint>
#include <optional>

namespace tcpstat::inline model {

/// Set in the number of a network namespace whose inode may not be read. Such a number means something within one run
/// alone, so it is not shown.
inline constexpr std::uint64_t kUnreadNetns = std::uint64_t{1} << 63;

/// The inode; nothing: not known.
constexpr std::optional<std::uint64_t> netns_inode(std::optional<std::uint64_t> netns) {
  return netns && *netns != 0 && (*netns & kUnreadNetns) == 0 ? netns : std::nullopt;
}

}  // namespace tcpstat::inline model
