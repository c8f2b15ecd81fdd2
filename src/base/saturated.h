#pragma once
// Numbers from outside that do not fit into 64 bits: the largest number stands for them, never a small one.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace tcpstat::inline base {

inline std::uint64_t saturated_sum(std::uint64_t a, std::uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/// The word as a decimal number, UINT64_MAX if it is too large; nothing if it has anything but digits.
inline std::optional<std::uint64_t> saturated_number(std::string_view word) {
  std::uint64_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? UINT64_MAX : number;
}

}  // namespace tcpstat::inline base
