#include "base/utf8.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <array>
#include <cwchar>

#include "base/users_locale.h"

namespace tcpstat::inline base {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Han, Kana, Hangul and full-width forms: East Asian Width W and F (Unicode, UAX 11), as whole blocks.
bool is_wide(std::uint32_t code_point) {
  struct Block {
    std::uint32_t first;
    std::uint32_t last;
  };
  constexpr auto kWide = std::to_array<Block>({{0x1100, 0x115F},
                                               {0x2E80, 0x303E},
                                               {0x3041, 0xA4CF},
                                               {0xAC00, 0xD7A3},
                                               {0xF900, 0xFAFF},
                                               {0xFE30, 0xFE6F},
                                               {0xFF01, 0xFF60},
                                               {0xFFE0, 0xFFE6},
                                               {0x20000, 0x3FFFD}});
  return std::any_of(kWide.begin(), kWide.end(),
                     [&](const Block& one) { return one.first <= code_point && code_point <= one.last; });
}

int columns_in_locale(wchar_t character) {
  const locale_t locale = users_locale();
  if (locale == nullptr) return -1;
  const locale_t before = ::uselocale(locale);
  const int columns = ::wcwidth(character);
  ::uselocale(before);
  return columns;
}

std::size_t columns_of(const CodePoint& point) {
  const int columns = columns_in_locale(static_cast<wchar_t>(point.value));
  if (columns >= 0) return static_cast<std::size_t>(columns);
  return is_wide(point.value) ? 2 : 1;  // unknown to this locale, which may be C because the wanted one is not there
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15: format characters (Cf), separators of lines and paragraphs (Zl, Zp), private use (Co).
constexpr auto kInvisible = std::to_array<Range>({
    {0x00AD, 0x00AD},   {0x0600, 0x0605},     {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x0890, 0x0891},   {0x08E2, 0x08E2},     {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0xE000, 0xF8FF},     {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F},   {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE007F},
    {0xF0000, 0xFFFFF}, {0x100000, 0x10FFFF},
});

/// Whether the C library's table of characters has it at all, whatever the user's locale.
bool is_assigned(std::uint32_t code_point) {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  // Without that table every code point counts as assigned.
  return kUnicode == nullptr || ::iswprint_l(static_cast<wint_t>(code_point), kUnicode) != 0;
}

}  // namespace

bool is_visible(std::uint32_t code_point) {
  if (is_control(code_point)) return false;
  if (code_point < 0x7F) return true;
  const auto* range = std::lower_bound(kInvisible.begin(), kInvisible.end(), code_point,
                                       [](const Range& one, std::uint32_t value) { return one.last < value; });
  if (range != kInvisible.end() && range->first <= code_point) return false;
  return is_assigned(code_point);
}

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

std::string_view fitting_end(std::string_view text, std::size_t columns) {
  std::size_t width = 0;
  std::size_t start = text.size();
  while (start > 0) {
    std::size_t begin = start - 1;
    // The character that ends here, if there is one: it has up to three bytes before this.
    for (std::size_t back = 1; back <= std::min<std::size_t>(start, 4); ++back) {
      if (first_code_point(text.substr(start - back, back)).length == back) begin = start - back;
    }
    width += display_width(text.substr(begin, start - begin));
    if (width > columns) break;
    start = begin;
  }
  return text.substr(start);
}

}  // namespace tcpstat::inline base
