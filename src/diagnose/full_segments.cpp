#include "diagnose/full_segments.h"

#include <algorithm>

#include "model/tcp_info.h"

namespace tcpstat::diagnose {

bool waits_for_first_full_segment(const Connection& row) {
  static constexpr const TcpInfoField& kMss = tcp_info_field("mss");
  static constexpr const TcpInfoField& kAcked = tcp_info_field("bytes_acked");
  static constexpr const TcpInfoField& kReceived = tcp_info_field("bytes_received");
  static constexpr const TcpInfoField& kNotSent = tcp_info_field("notsent_bytes");
  static constexpr const TcpInfoField& kBytesAgain = tcp_info_field("bytes_retrans");
  static constexpr const TcpInfoField& kSegmentsAgain = tcp_info_field("total_retrans");
  const auto mss = tcp_info_value(row.tcp_info, kMss);
  const auto acked = tcp_info_value(row.tcp_info, kAcked);
  if (!mss || !acked || *mss == 0) return false;
  // The peer has been heard after the handshake, by a small segment.
  const bool heard = *acked > 1 || tcp_info_value(row.tcp_info, kReceived).value_or(0) > 0;
  // What waits for the window, or was written in small pieces, went out in no full segment.
  const std::uint64_t waiting = row.send_queue.value_or(0);
  const std::uint64_t on_its_way = waiting - std::min(waiting, tcp_info_value(row.tcp_info, kNotSent).value_or(0));
  const auto again = tcp_info_value(row.tcp_info, kBytesAgain);
  const auto segments = tcp_info_value(row.tcp_info, kSegmentsAgain);
  const bool small = again && segments && *again * 2 < *segments * *mss;
  return heard && on_its_way >= *mss && !small && *acked < *mss;
}

}  // namespace tcpstat::diagnose
