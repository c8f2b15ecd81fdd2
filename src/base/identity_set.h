#pragma once
// Remembers every identity that passed. It is exact and grows by 16 to 32 bytes for each. It is for sources that may
// repeat a row at any distance; where that distance has a bound, identity_window.h needs a fixed amount of memory.

#include <cstdint>
#include <vector>

namespace tcpstat::inline base {

class IdentitySet {
 public:
  /// True if `identity` passed before. The caller hashes with a secret where strangers choose the input.
  bool seen(std::uint64_t identity) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    const std::uint64_t stored = identity == 0 ? 1 : identity;  // 0 marks a free slot
    std::uint64_t& slot = find(stored);
    if (slot == stored) return true;
    slot = stored;
    ++used_;
    return false;
  }

 private:
  static constexpr std::size_t kFirstSlots = 1024;

  /// Where it is, or the free slot where it belongs. The size is a power of two.
  std::uint64_t& find(std::uint64_t stored) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(stored) & mask;
    while (slots_[at] != 0 && slots_[at] != stored) at = (at + 1) & mask;
    return slots_[at];
  }

  void grow() {
    const std::vector<std::uint64_t> old = std::move(slots_);
    slots_.assign(old.empty() ? kFirstSlots : 2 * old.size(), 0);
    for (const std::uint64_t stored : old) {
      if (stored != 0) find(stored) = stored;
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t used_ = 0;
};

}  // namespace tcpstat::inline base
