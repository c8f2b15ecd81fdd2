#pragma once
// What can be wrong with one row. A flaw is counted and reading goes on.

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::inline model {

enum class Flaw : std::uint8_t {
  cut_short,          ///< it ends before its fixed part does
  bad_length,         ///< a length inside it points outside it
  unknown_family,     ///< neither AF_INET nor AF_INET6
  unknown_state,      ///< a state number that this program does not know
  unreadable_number,  ///< a field that should be a number is not
  missing_field,      ///< a field that a row must have is not there
  not_json,           ///< a line that is no JSON object
  joined,             ///< others follow it in its line: line ends were lost
};

inline constexpr std::size_t kFlawCount = 8;

/// "cut short", for counts such as "3 rows cut short".
constexpr std::string_view name(Flaw flaw) {
  constexpr std::array<std::string_view, kFlawCount> kNames = {
      "cut short",         "with a bad length", "of an unknown family", "in an unknown state",
      "with a bad number", "missing a field",   "in broken JSON",       "with others in the same line"};
  return kNames[static_cast<std::size_t>(flaw)];
}

}  // namespace tcpstat::inline model
