#pragma once
// The word a user probably meant, for "did you mean …" in error sentences.

#include <span>
#include <string_view>

namespace tcpstat::inline base {

/// The candidate with the smallest edit distance to `word` (case ignored, `-` and `_` alike), or empty if none is
/// near enough to be a likely slip: at most a third of the word's letters, at least one.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace tcpstat::inline base
