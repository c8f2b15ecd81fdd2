#include "base/wrapped.h"

#include <algorithm>

#include "base/utf8.h"

namespace tcpstat::inline base {

std::string wrapped(std::string_view first, std::string_view text, std::size_t width) {
  const std::string indent(first.size(), ' ');
  std::string out(first);
  std::size_t column = first.size();
  bool fresh = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t columns = display_width(word);
    if (!fresh && column + 1 + columns > width) {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    if (!fresh) out += ' ';
    out += word;
    column += columns + (fresh ? 0 : 1);
    fresh = false;
    if (end == text.size()) break;
    if (text[end] == '\n') {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    text.remove_prefix(end + 1);
  }
  return out + '\n';
}

}  // namespace tcpstat::inline base
