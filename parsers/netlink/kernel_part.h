#pragma once
// The part of a filter that the kernel can evaluate, as a tree of ports, addresses and families. It matches every row
// that the filter matches, and more: everything is evaluated once more by Filter::matches(), so that all sources agree.

#include "filter/filter.h"

namespace tcpstat::netlink::inet_diag {

enum class Wanted : std::uint8_t {
  matches,         ///< rows that the filter matches
  and_half_opens,  ///< and each half-open request of a listener that it matches, to be counted
};

/// Beyond so many ports and addresses the kernel takes longer to look for them than to send the rows: each costs it
/// 20 ns a row, a row that is sent 1.4 µs (Linux 6.18).
inline constexpr std::size_t kMostTests = 64;

/// Everything, where nothing can be left to the kernel.
filter::Expression kernel_part(const filter::Filter& filter, Wanted wanted);

}  // namespace tcpstat::netlink::inet_diag
