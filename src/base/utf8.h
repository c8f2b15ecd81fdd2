#pragma once
// UTF-8, for telling text from bytes (RFC 3629).

#include <cstdint>
#include <string_view>

namespace tcpstat::inline base {

/// The code point at the front of a text: its value and how many bytes it takes. `length` 0: the first byte is not
/// the start of a well-formed one (overlong, surrogate, too large, cut short).
struct CodePoint {
  std::uint32_t value = 0;
  std::uint32_t length = 0;
};

CodePoint first_code_point(std::string_view text);

/// Controls of ASCII and of Latin 1 (C1: a terminal may take U+009B for an escape sequence), category Cc.
constexpr bool is_control(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}
/// Whether it is a character that one sees in its place. Controls are not, nor are characters that reorder or hide
/// others, separators of lines, and code points that are private or unassigned (Cc, Cf, Zl, Zp, Co and Cn of Unicode).
bool is_visible(std::uint32_t code_point);

/// Columns of a terminal that the text takes; a byte that is not UTF-8 counts as one.
std::size_t display_width(std::string_view text);

/// The longest beginning of `text` that takes at most `columns` of a terminal.
std::string_view fitting(std::string_view text, std::size_t columns);
/// The longest such end.
std::string_view fitting_end(std::string_view text, std::size_t columns);

}  // namespace tcpstat::inline base
