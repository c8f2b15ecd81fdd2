#include "base/nearest_word.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/ascii.h"

namespace tcpstat::inline base {
namespace {

/// The number of letters that were left out, added, changed, or swapped with their neighbour ("optimal string
/// alignment"). Swaps count for longer words only: in a short word they make another word.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  constexpr std::size_t kShort = 4;
  const bool swaps = a.size() > kShort;
  const auto same = [&](std::size_t i, std::size_t j) { return word_fold(a[i]) == word_fold(b[j]); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({row[j] + 1, above[j + 1] + 1, above[j] + (same(i, j) ? 0 : 1)});
      const bool swapped = swaps && i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j);
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.size() > 64) return best;  // nobody mistypes that; and the work is quadratic
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace tcpstat::inline base
