#pragma once
// Counts of rows by state and family.

#include <array>
#include <cstdint>

#include "model/address.h"
#include "model/state.h"

namespace tcpstat::inline report {

class Tally {
 public:
  void add(State state, Family family, std::uint64_t count = 1) {
    counts_[index(family)][static_cast<std::size_t>(state)] += count;
  }

  void add(const Tally& other) {
    for (std::size_t family = 0; family < counts_.size(); ++family) {
      for (std::size_t state = 0; state < counts_[family].size(); ++state) {
        counts_[family][state] += other.counts_[family][state];
      }
    }
  }

  [[nodiscard]] std::uint64_t count(State state, Family family) const {
    return counts_[index(family)][static_cast<std::size_t>(state)];
  }
  [[nodiscard]] std::uint64_t count(State state) const {
    return count(state, Family::ipv4) + count(state, Family::ipv6);
  }
  [[nodiscard]] std::uint64_t count(Family family) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : counts_[index(family)]) sum += n;
    return sum;
  }
  [[nodiscard]] std::uint64_t total() const { return count(Family::ipv4) + count(Family::ipv6); }

 private:
  static std::size_t index(Family family) { return static_cast<std::size_t>(family); }

  std::array<std::array<std::uint64_t, kStateCount + 1>, 2> counts_{};
};

}  // namespace tcpstat::inline report
