#pragma once
// The most frequent keys of a stream in fixed memory: Misra and Gries' counters (1982), reduced by the median instead
// of by one, so that the work per key stays constant. Exact while there are fewer than kCapacity different keys.

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace tcpstat::inline base {

/// Key: trivially copyable, with == and <. Hash: a function object from Key to std::uint64_t, with a secret where
/// strangers choose keys.
template <typename Key, typename Hash>
class FrequentKeys {
 public:
  static constexpr std::size_t kSlots = 4096;
  static constexpr std::size_t kCapacity = kSlots * 3 / 4;

  struct Entry {
    Key key{};
    std::uint64_t count = 0;  ///< 0: free slot
  };

  explicit FrequentKeys(Hash hash) : hash_(std::move(hash)), slots_(kFirstSlots) {}

  void add(const Key& key) {
    // Neighbours in a stream often have the same key.
    if (Entry& last = slots_[last_]; last.count != 0 && last.key == key) {
      ++last.count;
      return;
    }
    last_ = find(key);
    if (slots_[last_].count++ != 0) return;
    slots_[last_].key = key;
    if (++used_ < slots_.size() * 3 / 4) return;
    if (slots_.size() < kSlots) {
      rebuild(2 * slots_.size(), 0);
    } else {
      reduce();
    }
  }

  /// The largest `most` counts, largest first, ties by key. A true count lies between `count` and `count` + error().
  [[nodiscard]] std::vector<Entry> top(std::size_t most) const {
    std::vector<Entry> out;
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(out), [](const Entry& e) { return e.count != 0; });
    const std::size_t told = std::min(most, out.size());
    std::partial_sort(
        out.begin(), out.begin() + static_cast<std::ptrdiff_t>(told), out.end(),
        [](const Entry& a, const Entry& b) { return a.count != b.count ? a.count > b.count : a.key < b.key; });
    out.resize(told);
    return out;
  }
  /// How much may be missing from any count; 0 while all counts are exact.
  [[nodiscard]] std::uint64_t error() const { return error_; }

 private:
  static constexpr std::size_t kFirstSlots = 256;  // doubled until there are kSlots

  /// Where the key is, or the free slot where it belongs. The number of slots is a power of two.
  [[nodiscard]] std::size_t find(const Key& key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash_(key)) & mask;
    while (slots_[at].count != 0 && !(slots_[at].key == key)) at = (at + 1) & mask;
    return at;
  }

  /// Subtracts the median count from every counter and drops those that reach zero: at least half of them.
  void reduce() {
    std::vector<std::uint64_t> counts;
    counts.reserve(used_);
    for (const Entry& entry : slots_) {
      if (entry.count != 0) counts.push_back(entry.count);
    }
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    error_ += *middle;
    rebuild(kSlots, *middle);
  }

  /// Moves the entries that count more than `less` into `slots` slots, and subtracts `less` from their counts.
  void rebuild(std::size_t slots, std::uint64_t less) {
    const std::vector<Entry> old = std::exchange(slots_, std::vector<Entry>(slots));
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.count <= less) continue;
      slots_[find(entry.key)] = {entry.key, entry.count - less};
      ++used_;
    }
  }

  Hash hash_;
  std::vector<Entry> slots_;
  std::size_t used_ = 0;
  std::size_t last_ = 0;  ///< where the last key went, unless the slots were rebuilt since
  std::uint64_t error_ = 0;
};

}  // namespace tcpstat::inline base
