#pragma once
// The lines of a log that may be of any size, from a file or standard input.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tcpstat {

/// Longer lines are cut there: no record is that long.
inline constexpr std::size_t kLongestLogLine = std::size_t{1} << 20U;

/// False: enough was read.
using UseLine = std::function<bool(std::string_view line, std::uint64_t number)>;

/// Hands over each line without its newline, counted from 1. "-": standard input.
Expected<void> each_log_line(const std::string& path, const UseLine& use);

}  // namespace tcpstat
