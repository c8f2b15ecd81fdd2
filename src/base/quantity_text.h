#pragma once
// Numbers in sentences.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcpstat::inline base {

/// "1 socket", "2 sockets".
std::string counted(std::uint64_t count, std::string_view noun);

/// A number of tenths; the digit of the tenth is shown below ten only: "0.6", "3", "12".
std::string tenths_text(std::uint64_t tenths);

/// As people say it, rounded down: "119 s", "2 min", "3 h", "2 d".
std::string duration_text(std::chrono::milliseconds time);

}  // namespace tcpstat::inline base
