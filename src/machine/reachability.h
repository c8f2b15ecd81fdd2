#pragma once
// What one connection can have done between two samples, states passed unseen included. Computed by the compiler from
// the tables of linux_profile.h; nothing of it is typed in.

#include <array>
#include <cstdint>
#include <span>

#include "model/seen.h"
#include "report/transition_verdict.h"

namespace tcpstat::machine {

/// unchanged: nothing need have happened. progress: steps of one connection. reuse: only by way of absent or CLOSE, so
/// it is another connection on the same tuple, or the same descriptor used again.
enum class Way : std::uint8_t { unchanged, progress, reuse };

class Reach {
 public:
  static constexpr std::size_t kMostWays = 4;

  constexpr Reach() = default;
  constexpr Reach(Way way, std::uint8_t steps) : way_(way), steps_(steps) {}
  constexpr void add(const UnseenPath& way) { ways_[way_count_++] = way; }
  constexpr void add_shared(Seen seen) { shared_.add(seen); }

  [[nodiscard]] constexpr Way way() const { return way_; }
  /// The least number of steps that a sample could have shown.
  [[nodiscard]] constexpr unsigned steps() const { return steps_; }
  /// The states between both ends on each of the shortest ways: the way by FIN_WAIT2 comes first, then the one by
  /// ESTABLISHED.
  [[nodiscard]] constexpr std::span<const UnseenPath> ways() const { return {ways_.data(), way_count_}; }
  /// The states that all these ways share.
  [[nodiscard]] constexpr std::span<const Seen> shared() const { return shared_.states(); }

 private:
  Way way_ = Way::unchanged;
  std::uint8_t steps_ = 0;
  std::uint8_t way_count_ = 0;
  UnseenPath shared_;
  std::array<UnseenPath, kMostWays> ways_{};
};

const Reach& reach(Seen from, Seen to);

enum class Visible : std::uint8_t { no, yes };
/// Whether a single step leads from `from` to `to`.
Visible one_step(Seen from, Seen to);

}  // namespace tcpstat::machine
