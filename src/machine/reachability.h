#pragma once
// What one connection can have done between two samples, states passed unseen included. Computed by the compiler from
// the tables of linux_profile.h; nothing of it is typed in.

#include <array>
#include <cstdint>
#include <span>

#include "model/seen.h"

namespace tcpstat::machine {

/// unchanged: nothing need have happened. progress: steps of one connection. reuse: only by way of absent or CLOSE, so
/// it is another connection on the same tuple, or the same descriptor used again.
enum class Way : std::uint8_t { unchanged, progress, reuse };

class Reach {
 public:
  constexpr Reach() = default;
  constexpr Reach(Way way, std::array<Seen, 6> path, std::uint8_t steps) : way_(way), steps_(steps), path_(path) {}

  [[nodiscard]] constexpr Way way() const { return way_; }
  /// The least number of steps that a sample could have shown.
  [[nodiscard]] constexpr unsigned steps() const { return steps_; }
  /// A shortest way, both ends included. Of several the one by FIN_WAIT2, then by ESTABLISHED.
  [[nodiscard]] constexpr std::span<const Seen> path() const { return {path_.data(), steps_ + std::size_t{1}}; }

 private:
  Way way_ = Way::unchanged;
  std::uint8_t steps_ = 0;
  std::array<Seen, 6> path_{};
};

const Reach& reach(Seen from, Seen to);

enum class Visible : std::uint8_t { no, yes };
/// Whether one step leads from one to the other.
Visible one_step(Seen from, Seen to);

}  // namespace tcpstat::machine
