#pragma once
// Remembers the last few thousand identities that passed, in fixed memory: finds rows that a dump repeats.
// Why a window is enough: ARCHITECTURE.md, "No row twice".

#include <array>
#include <cstdint>
#include <memory>

namespace tcpstat::inline base {

class IdentityWindow {
 public:
  /// How many of the most recent identities are known.
  static constexpr std::size_t kSize = 4096;

  IdentityWindow() : slots_(std::make_unique<Slots>()), ring_(std::make_unique<Ring>()) {}

  /// True if `identity` is among the last kSize different ones; otherwise it becomes the newest of them.
  /// Zero is an identity like any other. The caller hashes with a secret where strangers choose the input.
  bool seen(std::uint64_t identity) {
    const std::uint64_t stored = identity + 1 == 0 ? 1 : identity + 1;  // 0 marks a free slot
    std::size_t at = home(stored);
    for (; (*slots_)[at] != 0; at = next(at)) {
      if ((*slots_)[at] == stored) return true;
    }
    (*slots_)[at] = stored;
    std::uint64_t& oldest = (*ring_)[position_];
    if (oldest != 0) forget(oldest);
    oldest = stored;
    position_ = (position_ + 1) % kSize;
    return false;
  }

  /// Whether seen() would say true; remembers nothing.
  [[nodiscard]] bool contains(std::uint64_t identity) const {
    const std::uint64_t stored = identity + 1 == 0 ? 1 : identity + 1;
    for (std::size_t at = home(stored); (*slots_)[at] != 0; at = next(at)) {
      if ((*slots_)[at] == stored) return true;
    }
    return false;
  }

 private:
  // Linear probing at half load; deletion shifts followers back, so that no tombstones pile up.
  static constexpr std::size_t kSlots = 2 * kSize;
  using Slots = std::array<std::uint64_t, kSlots>;
  using Ring = std::array<std::uint64_t, kSize>;

  static std::size_t home(std::uint64_t stored) {
    return static_cast<std::size_t>((stored * 0x9E3779B97F4A7C15ULL) >> 51);  // 64 - 13 bits: kSlots is 2^13
  }
  static std::size_t next(std::size_t at) { return (at + 1) % kSlots; }

  void forget(std::uint64_t stored) {
    std::size_t hole = home(stored);
    while ((*slots_)[hole] != stored) hole = next(hole);
    for (std::size_t at = next(hole); (*slots_)[at] != 0; at = next(at)) {
      const std::size_t wanted = home((*slots_)[at]);
      // The entry may move into the hole only if its home does not lie between the hole and itself.
      if (((at - wanted) % kSlots) >= ((at - hole) % kSlots)) {
        (*slots_)[hole] = (*slots_)[at];
        hole = at;
      }
    }
    (*slots_)[hole] = 0;
  }

  static_assert(kSlots == 8192, "home() takes 13 bits");
  std::unique_ptr<Slots> slots_;
  std::unique_ptr<Ring> ring_;
  std::size_t position_ = 0;
};

}  // namespace tcpstat::inline base
