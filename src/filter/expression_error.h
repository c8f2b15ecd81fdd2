#pragma once
// Why a text is no filter.

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace tcpstat::filter {

struct ExpressionError {
  std::string problem;    ///< `unknown word "sprot"`
  std::string remedy;     ///< `did you mean sport?`; may be empty
  std::size_t place = 0;  ///< where in the text the problem is
  std::string word = {};  ///< an unknown word, which may not have been meant as a filter
};

template <typename T>
using Understood = tl::expected<T, ExpressionError>;

/// `"word"`, or its beginning, for sentences.
inline std::string in_quotes(std::string_view word) { return '"' + std::string(word.substr(0, 80)) + '"'; }

}  // namespace tcpstat::filter
