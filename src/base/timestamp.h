#pragma once
// Points in time as text: RFC 3339 in UTC with milliseconds.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

struct timespec;

namespace tcpstat::inline base {

/// "2026-11-23T07:00:00.123Z"
std::string timestamp(const timespec& time);
std::string timestamp(std::chrono::microseconds since_1970);

/// The microseconds since 1970 of such a text, with any number of digits behind the point and any offset from UTC;
/// nothing for other text.
std::optional<std::chrono::microseconds> time_from(std::string_view text);

}  // namespace tcpstat::inline base
