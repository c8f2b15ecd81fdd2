#pragma once
// Points in time as people type them.

#include <chrono>
#include <optional>
#include <string_view>

namespace tcpstat::inline base {

/// Since 1970, from "03:00", "yesterday 03:00", "-2h", "2026-11-27 03:00", "2026-11-27T03:00:00Z", "@1795748400" or "now".
/// Without an offset it is local time; an hour without a day is the last one that has been. Nothing for other words.
std::optional<std::chrono::microseconds> point_in_time(std::string_view words, std::chrono::microseconds now);

}  // namespace tcpstat::inline base
