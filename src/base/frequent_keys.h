#pragma once
// The most frequent keys of a stream in fixed memory: Misra and Gries' counters (1982), reduced by the median instead
// of by one, so that the work per key stays constant. Exact while there are fewer than kCapacity different keys.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace tcpstat::inline base {

/// Key: trivially copyable, with ==. Hash: a function object from Key to std::uint64_t, with a secret where strangers
/// choose keys.
template <typename Key, typename Hash>
class FrequentKeys {
 public:
  static constexpr std::size_t kSlots = 4096;
  static constexpr std::size_t kCapacity = kSlots * 3 / 4;

  struct Entry {
    Key key{};
    std::uint64_t count = 0;  ///< 0: free slot
  };

  explicit FrequentKeys(Hash hash) : hash_(std::move(hash)), slots_(kSlots) {}

  void add(const Key& key) {
    std::size_t at = home(key);
    for (; slots_[at].count != 0; at = next(at)) {
      if (slots_[at].key == key) {
        ++slots_[at].count;
        return;
      }
    }
    slots_[at] = {key, 1};
    if (++used_ == kCapacity) reduce();
  }

  /// The largest `most` counts, largest first, ties by key. A true count lies between `count` and `count` + error().
  [[nodiscard]] std::vector<Entry> top(std::size_t most) const {
    std::vector<Entry> out;
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(out), [](const Entry& e) { return e.count != 0; });
    std::sort(out.begin(), out.end(),
              [](const Entry& a, const Entry& b) { return a.count != b.count ? a.count > b.count : a.key < b.key; });
    if (out.size() > most) out.resize(most);
    return out;
  }
  /// How much may be missing from any count; 0 while all counts are exact.
  [[nodiscard]] std::uint64_t error() const { return error_; }

 private:
  [[nodiscard]] std::size_t home(const Key& key) const { return static_cast<std::size_t>(hash_(key)) % kSlots; }
  static std::size_t next(std::size_t at) { return (at + 1) % kSlots; }

  /// Takes the median count off every counter and forgets those that reach nothing: at least half of them.
  void reduce() {
    std::vector<Entry> kept;
    kept.reserve(used_);
    for (const Entry& entry : slots_) {
      if (entry.count != 0) kept.push_back(entry);
    }
    auto middle = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
    std::nth_element(kept.begin(), middle, kept.end(),
                     [](const Entry& a, const Entry& b) { return a.count < b.count; });
    const std::uint64_t median = middle->count;
    error_ += median;
    used_ = 0;
    std::fill(slots_.begin(), slots_.end(), Entry{});
    for (const Entry& entry : kept) {
      if (entry.count <= median) continue;
      std::size_t at = home(entry.key);
      while (slots_[at].count != 0) at = next(at);
      slots_[at] = {entry.key, entry.count - median};
      ++used_;
    }
  }

  Hash hash_;
  std::vector<Entry> slots_;
  std::size_t used_ = 0;
  std::uint64_t error_ = 0;
};

}  // namespace tcpstat::inline base
