#pragma once
// What is remembered of one socket while its records come. It has a fixed size, because LifeTable keeps very many.

#include <array>
#include <cstdint>
#include <optional>

#include "model/transition.h"
#include "report/connection_life.h"

namespace tcpstat::trace {

class Life {
 public:
  /// Whether a record begins in the state in which the one before it ended; no: records are missing between them.
  enum class Follows : std::uint8_t { yes, no };

  /// `record` is the first of the socket; Follows::yes if it is a birth.
  Life(const Transition& record, Follows birth);
  void step(const Transition& record, Follows follows);
  void found_illegal() { legal_ = false; }

  /// Whether a record is of another socket, which got the same memory or address after the end of this one.
  [[nodiscard]] bool is_another(const Transition& record) const;
  /// The state in which the last record left it.
  [[nodiscard]] ObservedState state() const { return state_; }
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// Since when it is in that state; if the state was stored again, since the first time.
  [[nodiscard]] std::optional<EventTime> since() const;
  [[nodiscard]] Opening opening() const { return opening_; }
  /// Whether it was ever in another state than CLOSE and LISTEN.
  [[nodiscard]] bool is_connection() const { return connection_; }

  /// The life so far, with its last state, which has not ended.
  [[nodiscard]] ConnectionLife so_far() const;
  /// The whole life; `last` is its last record, which step() has taken.
  [[nodiscard]] ConnectionLife conclude(const Transition& last) const;

 private:
  /// Enough for the longest way of the machine: CLOSE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT1, CLOSING.
  static constexpr std::size_t kMostStays = 8;
  static constexpr EventTime kUnknown = EventTime::min();

  void take_ends(const Transition& record);
  void enter(const Transition& record);

  std::array<EventTime, kMostStays> since_{};
  std::array<ObservedState, kMostStays> states_{};
  std::optional<EventTime> handshake_;  ///< of a passive opening
  std::uint8_t stays_ = 0;
  ObservedState state_;
  Opening opening_ = Opening::unknown;
  std::optional<ClosedFirst> closed_first_;
  bool complete_ = true;
  bool legal_ = true;
  bool connection_ = false;
  Protocol protocol_ = Protocol::tcp;
  std::optional<std::uint64_t> cookie_;
  std::optional<Endpoint> local_;
  std::optional<Endpoint> remote_;
  std::uint64_t line_ = 0;
};

/// What a record alone says of how its socket opens.
Opening opening_of(const Transition& record);

}  // namespace tcpstat::trace
