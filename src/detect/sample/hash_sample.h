#pragma once
// A sample of a stream in bounded memory that does not depend on its order: an entry stays as long as its hash lies
// below a threshold, which halves whenever the sample is full.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tcpstat::detect {

/// `Entry` has a member `hash`, spread evenly and not to be guessed by those who choose entries. Entries with the same
/// hash count once.
template <typename Entry>
class HashSample {
 public:
  explicit HashSample(std::size_t most) : most_(most) {}

  void add(const Entry& entry) {
    if (entry.hash > threshold_) return;
    entries_.push_back(entry);
    if (entries_.size() >= most_) shrink();
  }
  /// Entries with a greater hash are not kept.
  [[nodiscard]] std::uint64_t threshold() const { return threshold_; }
  /// How many entries each kept one stands for.
  [[nodiscard]] double scale() const {
    return static_cast<double>(std::numeric_limits<std::uint64_t>::max()) / static_cast<double>(threshold_);
  }
  /// Sorted by hash, each once.
  const std::vector<Entry>& sorted() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
    const auto same = [](const Entry& a, const Entry& b) { return a.hash == b.hash; };
    entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
    return entries_;
  }

 private:
  /// To half of what fits, so that the next entries do not sort everything again.
  void shrink() {
    sorted();
    while (entries_.size() > most_ / 2) {
      threshold_ /= 2;
      const auto above = [this](const Entry& entry) { return entry.hash > threshold_; };
      entries_.erase(std::find_if(entries_.begin(), entries_.end(), above), entries_.end());
    }
  }

  std::size_t most_;
  std::uint64_t threshold_ = std::numeric_limits<std::uint64_t>::max();
  std::vector<Entry> entries_;
};

}  // namespace tcpstat::detect
