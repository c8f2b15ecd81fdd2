#pragma once
// One end of a ladder with its sequence numbers. The machine knows nothing of numbers: here a TcpEnd gets those that
// RFC 9293 §3.4 gives its segments, counted from its own SYN, as tcpdump and Wireshark show them.

#include <optional>
#include <string>

#include "machine/tcp_end.h"

namespace tcpstat::explain {

/// A segment with its numbers, each counted from the SYN of the end that they belong to.
struct NumberedSegment {
  machine::Segment segment;
  int seq = 0;
  std::optional<int> ack = {};  ///< nothing: the segment has no ACK
  int length = 0;               ///< bytes of data

  [[nodiscard]] bool empty() const { return segment.kind == machine::Send::nothing; }
};

/// "SYN,ACK seq=0 ack=1", "data seq=1 ack=2 len=100"
std::string text(const NumberedSegment& segment);

class NumberedEnd {
 public:
  [[nodiscard]] State state() const { return end_.state(); }

  /// What goes out when a program calls or a timer fires; empty if nothing does.
  NumberedSegment act(machine::Event event);
  /// What goes out in answer; empty if nothing does.
  NumberedSegment receive(const NumberedSegment& segment);

 private:
  [[nodiscard]] NumberedSegment numbered(machine::Send kind, const NumberedSegment* answered);
  [[nodiscard]] bool refuses_ack_of(const NumberedSegment& segment) const;
  void take_in(const NumberedSegment& segment);

  machine::TcpEnd end_;
  int next_ = 0;            ///< SND.NXT
  int expected_ = 0;        ///< RCV.NXT
  std::optional<int> fin_;  ///< the number of our FIN, once it was sent
};

}  // namespace tcpstat::explain
