#pragma once
// What one connection has carried since it began, as far as tcp_info tells, and how much it carries in a second.

#include <cstdint>
#include <optional>

#include "model/tcp_info.h"

namespace tcpstat::inline model {

struct Traffic {
  std::optional<std::uint64_t> sent_bytes = {};  ///< retransmitted ones included
  std::optional<std::uint64_t> received_bytes = {};
  std::optional<std::uint64_t> segments_out = {};
  std::optional<std::uint64_t> segments_in = {};
  std::optional<std::uint64_t> retransmits = {};  ///< segments
};
Traffic traffic_of(const TcpInfo& info);

/// Growth in a second, rounded; what grew at all is at least one.
struct Rates {
  std::optional<std::uint64_t> sent_bytes = {};
  std::optional<std::uint64_t> received_bytes = {};
  std::optional<std::uint64_t> segments_out = {};
  std::optional<std::uint64_t> segments_in = {};
  std::optional<std::uint64_t> retransmits = {};
};
/// A rate is nothing if its counter is not known at both times or began anew, or if no time has passed.
Rates rates_between(const Traffic& before, const Traffic& now, double seconds);

}  // namespace tcpstat::inline model
