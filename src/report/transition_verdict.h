#pragma once
// What the machine says of a transition, and how often it said what.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/seen.h"

namespace tcpstat::inline report {

/// legal: a step, or several between two samples. quirk: the kernel prints it and it is no step of RFC 9293. reuse: it
/// takes another connection on the tuple, or the same descriptor used again. illegal: no kernel does this. reachable:
/// said only of a pair of states in general, if one is reached from the other by way of further states.
enum class TransitionVerdict : std::uint8_t { legal, quirk, reuse, illegal, reachable };

/// The verdicts that an observed transition can have, in the order of reports.
inline constexpr std::array kObservedVerdicts = {TransitionVerdict::legal, TransitionVerdict::quirk,
                                                 TransitionVerdict::reuse, TransitionVerdict::illegal};

/// "legal", …
constexpr std::string_view name(TransitionVerdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"legal", "quirk", "reuse", "illegal", "reachable"};
  return kNames[static_cast<std::size_t>(verdict)];
}

/// The states that were passed unseen, in order, without the first and the last one.
class UnseenPath {
 public:
  static constexpr std::size_t kMost = 4;

  constexpr void add(Seen seen) { states_[count_++] = seen; }
  [[nodiscard]] constexpr std::span<const Seen> states() const { return {states_.data(), count_}; }
  [[nodiscard]] constexpr bool empty() const { return count_ == 0; }

 private:
  std::array<Seen, kMost> states_{};
  std::uint8_t count_ = 0;
};

/// The states of several ways of the same length, with `then` between two states and `either` between alternatives for
/// the same place: "FIN_WAIT1>FIN_WAIT2|CLOSING". Empty if there is no way, or if the ways pass no state.
std::string text_of(std::span<const UnseenPath> ways, std::string_view then, std::string_view either);

struct Judgement {
  TransitionVerdict verdict = TransitionVerdict::legal;
  std::string reason;
  std::string reference;  ///< kernel function, or section of RFC 9293
  /// The states passed unseen: `path` has those of every shortest way, `paths` each such way. Both point into static
  /// tables.
  std::span<const Seen> path = {};
  std::span<const UnseenPath> paths = {};
};

/// How many transitions had which verdict.
class VerdictCounts {
 public:
  void add(TransitionVerdict verdict) {
    ++by_verdict_[static_cast<std::size_t>(verdict)];
    ++total_;
  }
  [[nodiscard]] std::uint64_t count(TransitionVerdict verdict) const {
    return by_verdict_[static_cast<std::size_t>(verdict)];
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::array<std::uint64_t, kObservedVerdicts.size() + 1> by_verdict_{};
  std::uint64_t total_ = 0;
};

}  // namespace tcpstat::inline report
