#pragma once
// How explanations are set: a column of labels, and beside it prose.

#include <algorithm>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "base/wrapped.h"
#include "explain/language.h"

namespace tcpstat::explain {

/// `text` and blanks up to `width` columns.
inline std::string padded(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

/// Prose without a label.
inline std::string paragraph(const Words& words, std::string_view text) { return wrapped("", text, words.columns()); }

/// "  moved on by   the peer, by …", wrapped.
inline std::string labelled(const Words& words, std::string_view label, std::string_view text,
                            std::size_t column = 14) {
  std::string first = padded("  " + std::string(label), column);
  if (first.back() != ' ') first += ' ';
  return wrapped(first, text, words.columns());
}

/// The same with commands, one a line. They are not wrapped, because they are there to be copied.
inline std::string commands(const Words& words, std::string_view text) {
  std::string first = padded("  " + std::string(words("look at")), 14);
  if (first.back() != ' ') first += ' ';
  return wrapped(first, text, std::string::npos);
}

}  // namespace tcpstat::explain
