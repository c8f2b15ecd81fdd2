#include "diagnose/ages.h"

#include <algorithm>

namespace tcpstat::diagnose {

void Ages::add(std::uint64_t age_ms) {
  if (counts_.empty()) counts_.resize(kMost);
  ++counts_[static_cast<std::size_t>(std::min<std::uint64_t>(age_ms / 1000, kMost - 1))];
  ++all_;
}

std::uint64_t Ages::in(AgeSpan span) const {
  std::uint64_t sum = 0;
  for (std::size_t second = span.first; second < std::min(span.end, counts_.size()); ++second) sum += counts_[second];
  return sum;
}

AgeSpan Ages::younger_half() const {
  AgeSpan span;
  bool begun = false;
  std::uint64_t sum = 0;
  for (std::size_t second = 0; second < counts_.size(); ++second) {
    if (counts_[second] == 0) continue;
    // What shares a second with the first or the last of them may be of the time before.
    if (!begun) span.first = second + 1;
    begun = true;
    sum += counts_[second];
    if (sum * 2 < all_) continue;
    span.end = second;
    break;
  }
  return span;
}

std::size_t Ages::reached_by_nearly_all(std::uint64_t rows) const {
  std::uint64_t older = all_;
  for (std::size_t second = 0; second < counts_.size(); ++second) {
    older -= counts_[second];
    if (!are_nearly_all(older, rows)) return second;
  }
  return 0;
}

}  // namespace tcpstat::diagnose
