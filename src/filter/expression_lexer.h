#pragma once
// The tokens of a filter: words, brackets and operators. Brackets and operators end a word, so that `sport=:443` and
// `(dport` can be read; within quotes or behind a backslash they are part of the word.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filter/expression_error.h"

namespace tcpstat::filter {

struct Token {
  enum class Kind : std::uint8_t { word, open, close, operation, end };

  Kind kind = Kind::end;
  std::string text;       ///< a word without its quotes; anything else as typed
  std::size_t place = 0;  ///< in the whole text
  bool quoted = false;    ///< never a keyword
};

/// The last token is `end`.
tl::expected<std::vector<Token>, ExpressionError> lex(std::string_view text);

}  // namespace tcpstat::filter
