#include "model/traffic.h"

#include <algorithm>
#include <cmath>

#include "model/kernel_facts.h"

namespace tcpstat::inline model {

Traffic traffic_of(const TcpInfo& info) {
  constexpr const TcpInfoField& kSent = tcp_info_field("bytes_sent");
  constexpr const TcpInfoField& kReceived = tcp_info_field("bytes_received");
  constexpr const TcpInfoField& kOut = tcp_info_field("segs_out");
  constexpr const TcpInfoField& kIn = tcp_info_field("segs_in");
  constexpr const TcpInfoField& kRetransmits = tcp_info_field("total_retrans");
  return {tcp_info_value(info, kSent), tcp_info_value(info, kReceived), tcp_info_value(info, kOut),
          tcp_info_value(info, kIn), tcp_info_value(info, kRetransmits)};
}

Rates rates_between(const Traffic& before, const Traffic& now, double seconds) {
  if (!(seconds > 0)) return {};
  const auto rate = [&](std::optional<std::uint64_t> Traffic::*what) -> std::optional<std::uint64_t> {
    const auto grown = growth(before.*what, now.*what);
    if (!grown || *grown == 0) return grown;
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(static_cast<double>(*grown) / seconds)));
  };
  return {rate(&Traffic::sent_bytes), rate(&Traffic::received_bytes), rate(&Traffic::segments_out),
          rate(&Traffic::segments_in), rate(&Traffic::retransmits)};
}

}  // namespace tcpstat::inline model
