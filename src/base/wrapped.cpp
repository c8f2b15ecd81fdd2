#include "base/wrapped.h"

#include <algorithm>

#include "base/utf8.h"

namespace tcpstat::inline base {
namespace {

/// Marks that never begin a line, and those that never end one (JIS X 4051, GB/T 15834).
constexpr std::string_view kNeverFirst = "，。、；：？！）》」』”’％";
constexpr std::string_view kNeverLast = "（《「『“‘";

bool is_one_of(std::string_view marks, std::string_view sign) {
  return !sign.empty() && marks.find(sign) != std::string_view::npos;
}

/// Whether a line may end between these two signs although no blank stands there: Han characters have none between words.
bool may_part(std::string_view before, std::string_view behind) {
  const auto wide = [](std::string_view sign) { return sign.size() >= 3 && display_width(sign) == 2; };
  if (!wide(before) && !wide(behind)) return false;
  return !is_one_of(kNeverFirst, behind) && !is_one_of(kNeverLast, before);
}

std::string_view first_sign(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(first_code_point(text).length, text.empty() ? 0 : 1));
}

/// The front of `text` that stays on one line.
std::string_view first_word(std::string_view text) {
  std::size_t end = 0;
  std::string_view before;
  while (end < text.size() && text[end] != ' ' && text[end] != '\n') {
    const std::string_view sign = first_sign(text.substr(end));
    if (end > 0 && may_part(before, sign)) break;
    before = sign;
    end += sign.size();
  }
  return text.substr(0, end);
}

}  // namespace

std::string wrapped(std::string_view first, std::string_view text, std::size_t width) {
  const std::string indent(display_width(first), ' ');
  std::string out(first);
  std::size_t column = indent.size();
  bool fresh = true;
  bool blank = false;
  while (!text.empty()) {
    const std::string_view word = first_word(text);
    const std::size_t columns = display_width(word);
    if (!fresh && column + (blank ? 1 : 0) + columns > width) {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    if (!fresh && blank) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    fresh = false;
    text.remove_prefix(word.size());
    blank = text.starts_with(' ');
    if (text.starts_with('\n')) {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    if (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  }
  return out + '\n';
}

}  // namespace tcpstat::inline base
