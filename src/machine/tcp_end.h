#pragma once
// One end of a connection that follows the table of RFC 9293, and the segments that two such ends exchange. There are
// no sequence numbers: segments arrive in order and belong to this connection. Two of these, joined by queues, draw the
// ladders of `tcpstat explain` and prove the table of joint.h.

#include <optional>

#include "machine/rfc9293.h"

namespace tcpstat::machine {

struct Segment {
  Send kind = Send::nothing;
  /// The sender has seen our FIN, and its ACK covers it.
  bool acks_fin = false;
  friend bool operator==(const Segment&, const Segment&) = default;
};

class TcpEnd {
 public:
  [[nodiscard]] State state() const { return state_; }
  /// Whether it has ever left CLOSED and LISTEN: an end opens one connection in its life.
  [[nodiscard]] bool opened() const { return opened_; }

  /// What the segment means here; nothing if the table has no event for it (data, an ACK that confirms nothing new).
  [[nodiscard]] std::optional<Event> event_of(const Segment& segment) const;
  /// Moves as the table says under that condition. The row that it returns tells which segment goes out.
  const Transition& take(Event event, Condition condition = Condition::none);
  /// The segment as this end sends it now.
  [[nodiscard]] Segment segment(Send kind) const { return {kind, fin_received_}; }

 private:
  State state_ = State::close;
  Condition origin_ = Condition::none;
  bool opened_ = false;
  bool fin_received_ = false;
};

}  // namespace tcpstat::machine
