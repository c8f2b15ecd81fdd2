#include "base/utf8.h"

#include <cwchar>

namespace tcpstat::inline base {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t columns_of(const CodePoint& point) {
  const int columns = ::wcwidth(static_cast<wchar_t>(point.value));
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);  // unknown to this locale: one is the best guess
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t value = lead & (0x7FU >> length);
  for (std::uint32_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {};
    value = value << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (width < text.size() && static_cast<unsigned char>(text[width]) < 0x80) ++width;
  text.remove_prefix(width);
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    width += point.length <= 1 ? 1 : columns_of(point);
    text.remove_prefix(point.length == 0 ? 1 : point.length);
  }
  return width;
}

std::string_view fitting(std::string_view text, std::size_t columns) {
  std::size_t taken = 0;
  for (std::size_t width = 0; taken < text.size();) {
    const CodePoint point = first_code_point(text.substr(taken));
    width += point.length <= 1 ? 1 : columns_of(point);
    if (width > columns) break;
    taken += point.length == 0 ? 1 : point.length;
  }
  return text.substr(0, taken);
}

}  // namespace tcpstat::inline base
