#pragma once
// Sums over exact transitions: how handshakes ended, and how long sockets were in each state.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "report/trace_summary.h"

namespace tcpstat::trace {

/// Times in buckets whose width is a sixteenth of the power of two below them: percentiles are right to 6 %, and memory
/// does not grow with the number of times.
class TimeHistogram {
 public:
  void add(EventTime time);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] EventTime max() const { return max_; }
  /// The largest time in the first bucket that has this share (0 to 1) of all times in it or below it; at most max().
  [[nodiscard]] EventTime percentile(double share) const;

 private:
  std::vector<std::uint32_t> buckets_;  ///< as many as the longest time needs
  std::uint64_t count_ = 0;
  EventTime max_{};
};

class LifeStatistics {
 public:
  /// How many listeners are told apart; the others are one group.
  static constexpr std::size_t kMostListeners = 256;

  explicit LifeStatistics(std::size_t most_listeners = kMostListeners) : most_listeners_(most_listeners) {}

  /// `opening`: how the socket of the transition opened.
  void add(const Transition& transition, Opening opening);
  /// The listener with most connections first.
  [[nodiscard]] TraceSummary summary() const;

 private:
  /// Where connections arrive: one address can mean different listeners on different devices.
  struct Place {
    Endpoint local;
    std::uint32_t interface = 0;
    std::optional<std::uint64_t> netns = {};  ///< of the device, if there is one
  };
  struct Order {
    bool operator()(const Place& a, const Place& b) const;
  };
  using Times = std::array<TimeHistogram, kStateCount + 1>;  ///< by number of state

  void count_handshake(const Transition& transition, Opening opening);
  Times& times_of(const Transition& transition, Opening opening);

  std::size_t most_listeners_;
  HandshakeCounts handshakes_;
  std::map<Place, Times, Order> listeners_;
  Times other_listeners_;
  Times outgoing_;
  Times unknown_;
};

}  // namespace tcpstat::trace
