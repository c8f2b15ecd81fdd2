#pragma once
// How explanations are set: a column of labels, and beside it prose.

#include <algorithm>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "base/wrapped.h"
#include "explain/language.h"

namespace tcpstat::explain {

/// Prose of its own.
inline std::string paragraph(const Words& words, std::string_view text) { return wrapped("", text, words.columns()); }

/// "  moved on by   the peer, by …", wrapped.
inline std::string labelled(const Words& words, std::string_view label, std::string_view text,
                            std::size_t column = 14) {
  std::string first = "  " + std::string(label);
  const std::size_t used = display_width(first);
  first.append(used < column ? column - used : 1, ' ');
  return wrapped(first, text, words.columns());
}

}  // namespace tcpstat::explain
