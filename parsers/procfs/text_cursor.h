#pragma once
// Text of /proc taken apart by lines and blanks.

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace tcpstat::procfs {

struct Line {
  std::string_view text;
  bool complete = false;  ///< it ended in a newline; else its last word may be cut
};

/// Takes the first line off `rest`; nothing at the end.
inline std::optional<Line> take_line(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const std::size_t newline = rest.find('\n');
  const Line line{rest.substr(0, newline), newline != std::string_view::npos};
  rest.remove_prefix(line.complete ? newline + 1 : rest.size());
  return line;
}

/// Takes the first word off `rest`; empty at the end.
inline std::string_view take_word(std::string_view& rest) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = rest.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(begin);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

/// The word as a number, if it is one from its first to its last character and fits.
template <typename Number>
std::optional<Number> number_of(std::string_view word, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace tcpstat::procfs
