#pragma once
// The words of a filter and what stands between them. Brackets and operators end a word, so that `sport=:443` and
// `(dport` are read; quotes and backslashes make them part of one.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filter/expression_error.h"

namespace tcpstat::filter {

struct Token {
  enum class Kind : std::uint8_t { word, open, close, operation, end };

  Kind kind = Kind::end;
  std::string text;       ///< without quotes; of an operation as typed
  std::size_t place = 0;  ///< in the whole text
  bool quoted = false;    ///< never a keyword
};

/// The last token is `end`.
tl::expected<std::vector<Token>, ExpressionError> lex(std::string_view text);

}  // namespace tcpstat::filter
