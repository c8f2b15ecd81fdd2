#pragma once
// Points in time, and lengths of it, as people type them.

#include <chrono>
#include <optional>
#include <string_view>

namespace tcpstat::inline base {

/// The time since 1970 that "03:00", "yesterday 03:00", "-2h", "2026-11-27 03:00", "2026-11-27T03:00:00Z",
/// "@1795748400" or "now" means. Without an offset it is local time. An hour without a day is the latest that has
/// passed. Nothing for other words.
std::optional<std::chrono::microseconds> point_in_time(std::string_view words, std::chrono::microseconds now);

/// The first time at or after `from` when it is "03:00", an hour without a day; it may lie in the future. Nothing for
/// other words.
std::optional<std::chrono::microseconds> hour_after(std::string_view words, std::chrono::microseconds from);

/// "2h", "1h30m", "90sec", "5min", "7d" or "2w", at most 100 years. Each number needs a unit, in upper or lower case.
/// Nothing for other words.
std::optional<std::chrono::seconds> time_length(std::string_view text);

}  // namespace tcpstat::inline base
