#pragma once
// Remembers the last few thousand identities that passed, in fixed memory: finds rows that a dump repeats.
// Why a window is enough: ARCHITECTURE.md, "No row twice".

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

namespace tcpstat::inline base {

class IdentityWindow {
 public:
  /// How many of the most recent identities are known.
  static constexpr std::size_t kSize = 4096;

  IdentityWindow()
      : slots_(static_cast<Slots*>(std::calloc(1, sizeof(Slots)))), ring_(std::make_unique_for_overwrite<Ring>()) {
    if (!slots_) throw std::bad_alloc();
  }

  /// True if `identity` is among the last kSize different ones; otherwise it becomes the newest of them.
  /// The caller hashes with a secret where strangers choose the input.
  bool seen(std::uint64_t identity) {
    std::size_t at = home(identity);
    for (; (*slots_)[at] != kFree; at = next(at)) {
      if (entry((*slots_)[at]) == identity) return true;
    }
    const auto place = static_cast<Place>(passed_ % kPlaces + 1);
    (*slots_)[at] = place;
    const std::uint64_t oldest = std::exchange(entry(place), identity);
    if (passed_ >= kSize) forget(oldest, static_cast<Place>((passed_ + kSize) % kPlaces + 1));
    ++passed_;
    return false;
  }

  /// Whether seen() would say true; remembers nothing.
  [[nodiscard]] bool contains(std::uint64_t identity) const {
    for (std::size_t at = home(identity); (*slots_)[at] != kFree; at = next(at)) {
      if (entry((*slots_)[at]) == identity) return true;
    }
    return false;
  }

  /// Forgets them all.
  void clear() {
    if (passed_ == 0) return;  // no page was written
    slots_->fill(kFree);
    passed_ = 0;
  }

 private:
  // The place of an identity in the ring. There are twice as many places as the ring has entries, so that the newest
  // identity and the one that it replaces have different places.
  using Place = std::uint16_t;
  static constexpr Place kFree = 0;
  static constexpr std::size_t kPlaces = 2 * kSize;
  // Linear probing at half load; deletion shifts followers back, so that no tombstones pile up.
  static constexpr std::size_t kSlots = 2 * kSize;
  using Slots = std::array<Place, kSlots>;
  using Ring = std::array<std::uint64_t, kSize>;

  static std::size_t home(std::uint64_t identity) {
    return static_cast<std::size_t>((identity * 0x9E3779B97F4A7C15ULL) >> 51);  // 64 - 13 bits: kSlots is 2^13
  }
  static std::size_t next(std::size_t at) { return (at + 1) % kSlots; }
  [[nodiscard]] std::uint64_t& entry(Place place) const { return (*ring_)[(place - 1U) % kSize]; }

  void forget(std::uint64_t identity, Place place) {
    std::size_t hole = home(identity);
    while ((*slots_)[hole] != place) hole = next(hole);
    for (std::size_t at = next(hole); (*slots_)[at] != kFree; at = next(at)) {
      const std::size_t wanted = home(entry((*slots_)[at]));
      // The entry may move into the hole only if its home does not lie between the hole and itself.
      if (((at - wanted) % kSlots) >= ((at - hole) % kSlots)) {
        (*slots_)[hole] = (*slots_)[at];
        hole = at;
      }
    }
    (*slots_)[hole] = kFree;
  }

  struct Free {
    void operator()(Slots* slots) const { std::free(slots); }
  };

  static_assert(kSlots == 8192, "home() takes 13 bits");
  std::unique_ptr<Slots, Free> slots_;  ///< from calloc(3), which maps no page before it is written
  std::unique_ptr<Ring> ring_;          ///< not initialised, for the same reason
  std::uint64_t passed_ = 0;            ///< different identities so far
};

}  // namespace tcpstat::inline base
