#include "diagnose/full_segments.h"

#include "model/tcp_info.h"

namespace tcpstat::diagnose {

bool waits_for_first_full_segment(const Connection& row) {
  static constexpr const TcpInfoField& kMss = tcp_info_field("mss");
  static constexpr const TcpInfoField& kAcked = tcp_info_field("bytes_acked");
  static constexpr const TcpInfoField& kReceived = tcp_info_field("bytes_received");
  const auto mss = tcp_info_value(row.tcp_info, kMss);
  const auto acked = tcp_info_value(row.tcp_info, kAcked);
  if (!mss || !acked || *mss == 0) return false;
  // The peer has been heard after the handshake, by a small segment.
  const bool heard = *acked > 1 || tcp_info_value(row.tcp_info, kReceived).value_or(0) > 0;
  return heard && row.send_queue.value_or(0) >= *mss && *acked < *mss;
}

}  // namespace tcpstat::diagnose
