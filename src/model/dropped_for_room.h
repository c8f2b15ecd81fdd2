#pragma once
// Packets that connection tracking dropped.

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tcpstat::inline model {

/// How many of the dropped packets had no room for their connection; nothing if the counter is not known. Two that make
/// the same entry at once count as dropped, too, and as one that was not inserted (net/netfilter/nf_conntrack_core.c).
/// An early drop makes room and loses no packet. Both are counts of the same time.
constexpr std::optional<std::uint64_t> dropped_for_room(std::optional<std::uint64_t> dropped,
                                                        std::optional<std::uint64_t> not_inserted) {
  if (!dropped) return std::nullopt;
  return *dropped - std::min(*dropped, not_inserted.value_or(0));
}

}  // namespace tcpstat::inline model
