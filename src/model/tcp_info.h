#pragma once
// The numbers of the kernel's struct tcp_info by name. The structure grows with kernels (168 bytes in 4.x, 280 in
// 6.18): a field that lies behind the end of what a kernel sent is not known.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <vector>

#include "base/ascii.h"

namespace tcpstat::inline model {

struct TcpInfoField {
  std::string_view name;      ///< as a column: RTT_US
  std::uint16_t offset;       ///< bytes from the start
  std::uint8_t size;          ///< bytes: 1, 2, 4 or 8
  std::uint8_t shift = 0;     ///< of the wanted bits
  std::uint8_t bits = 0;      ///< how many; 0: all of it
  std::uint16_t divisor = 1;  ///< from the kernel's unit to the one in the name
  /// Offset of 32 bits that are zero until something was measured, and this field is not known until then; 0: none.
  std::uint16_t sample = 0;
  std::string_view meaning;
  LowerCase key = LowerCase(name);  ///< as a JSON key: rtt_us
};

/// struct tcp_info, include/uapi/linux/tcp.h.
// clang-format off
inline constexpr auto kTcpInfoFields = std::to_array<TcpInfoField>({
    {.name = "RTT_US", .offset = 68, .size = 4, .sample = 68, .meaning = "smoothed round-trip time, microseconds"},
    {.name = "RTTVAR_US", .offset = 72, .size = 4, .sample = 68, .meaning = "its mean deviation, microseconds"},
    {.name = "MIN_RTT_US", .offset = 148, .size = 4, .sample = 68, .meaning = "smallest round-trip time seen, microseconds"},
    {.name = "RCV_RTT_US", .offset = 92, .size = 4, .sample = 92,
     .meaning = "round-trip time as the receiver estimates it, microseconds"},
    {.name = "CWND", .offset = 80, .size = 4, .meaning = "congestion window, segments"},
    {.name = "SSTHRESH", .offset = 76, .size = 4, .meaning = "slow-start threshold, segments"},
    {.name = "MSS", .offset = 16, .size = 4, .meaning = "maximum segment size we send, bytes"},
    {.name = "RCV_MSS", .offset = 20, .size = 4, .meaning = "largest segment lately received, bytes"},
    {.name = "ADVMSS", .offset = 84, .size = 4, .meaning = "segment size we advertise, bytes"},
    {.name = "PMTU", .offset = 60, .size = 4, .meaning = "path MTU, bytes"},
    {.name = "RTO_MS", .offset = 8, .size = 4, .divisor = 1000, .meaning = "retransmission timeout, milliseconds"},
    {.name = "ATO_MS", .offset = 12, .size = 4, .divisor = 1000, .meaning = "delayed-ACK timeout, milliseconds"},
    {.name = "BACKOFF", .offset = 4, .size = 1, .meaning = "doublings of the retransmission timeout"},
    {.name = "PROBES", .offset = 3, .size = 1, .meaning = "unanswered zero-window or keepalive probes"},
    {.name = "CA_STATE", .offset = 1, .size = 1,
     .meaning = "congestion state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss"},
    {.name = "OPTIONS", .offset = 5, .size = 1,
     .meaning = "negotiated options: 1 timestamps, 2 SACK, 4 window scale, 8 ECN, 16 ECN seen, 32 SYN data"},
    {.name = "SND_WSCALE", .offset = 6, .size = 1, .bits = 4, .meaning = "the peer's window scale"},
    {.name = "RCV_WSCALE", .offset = 6, .size = 1, .shift = 4, .bits = 4, .meaning = "our window scale"},
    {.name = "APP_LIMITED", .offset = 7, .size = 1, .bits = 1,
     .meaning = "1: delivery_rate was limited by the application"},
    {.name = "UNACKED", .offset = 24, .size = 4, .meaning = "segments sent and not acknowledged"},
    {.name = "SACKED", .offset = 28, .size = 4, .meaning = "segments acknowledged selectively"},
    {.name = "LOST", .offset = 32, .size = 4, .meaning = "segments taken for lost"},
    {.name = "RETRANS", .offset = 36, .size = 4, .meaning = "retransmitted segments in flight"},
    {.name = "TOTAL_RETRANS", .offset = 100, .size = 4, .meaning = "segments retransmitted in all"},
    {.name = "REORDERING", .offset = 88, .size = 4, .meaning = "reordering that is tolerated, segments"},
    {.name = "REORD_SEEN", .offset = 220, .size = 4, .meaning = "reordering events seen"},
    {.name = "DSACK_DUPS", .offset = 216, .size = 4, .meaning = "duplicates that the peer reported"},
    {.name = "RCV_OOOPACK", .offset = 224, .size = 4, .meaning = "segments received out of order"},
    {.name = "LAST_DATA_SENT_MS", .offset = 44, .size = 4, .meaning = "milliseconds since data was sent"},
    {.name = "LAST_DATA_RECV_MS", .offset = 52, .size = 4, .meaning = "milliseconds since data came in"},
    {.name = "LAST_ACK_RECV_MS", .offset = 56, .size = 4, .meaning = "milliseconds since an ACK came in"},
    {.name = "RCV_SSTHRESH", .offset = 64, .size = 4, .meaning = "largest window we would offer, bytes"},
    {.name = "RCV_SPACE", .offset = 96, .size = 4, .meaning = "receive space, bytes"},
    {.name = "SND_WND", .offset = 228, .size = 4, .meaning = "the peer's window, bytes"},
    {.name = "RCV_WND", .offset = 232, .size = 4, .meaning = "our window, bytes"},
    {.name = "NOTSENT_BYTES", .offset = 144, .size = 4, .meaning = "bytes in the send queue that were never sent"},
    {.name = "BYTES_SENT", .offset = 200, .size = 8, .meaning = "bytes sent, retransmitted ones included"},
    {.name = "BYTES_RETRANS", .offset = 208, .size = 8, .meaning = "bytes retransmitted"},
    {.name = "BYTES_ACKED", .offset = 120, .size = 8, .meaning = "bytes acknowledged by the peer"},
    {.name = "BYTES_RECEIVED", .offset = 128, .size = 8, .meaning = "bytes received in order"},
    {.name = "SEGS_OUT", .offset = 136, .size = 4, .meaning = "segments sent"},
    {.name = "SEGS_IN", .offset = 140, .size = 4, .meaning = "segments received"},
    {.name = "DATA_SEGS_OUT", .offset = 156, .size = 4, .meaning = "segments sent that carried data"},
    {.name = "DATA_SEGS_IN", .offset = 152, .size = 4, .meaning = "segments received that carried data"},
    {.name = "DELIVERED", .offset = 192, .size = 4, .meaning = "segments delivered"},
    {.name = "DELIVERED_CE", .offset = 196, .size = 4, .meaning = "of them with a congestion mark"},
    {.name = "PACING_RATE", .offset = 104, .size = 8, .meaning = "pacing rate, bytes a second"},
    {.name = "MAX_PACING_RATE", .offset = 112, .size = 8, .meaning = "its limit, bytes a second; unknown: unlimited"},
    {.name = "DELIVERY_RATE", .offset = 160, .size = 8, .meaning = "latest delivery rate, bytes a second"},
    {.name = "BUSY_US", .offset = 168, .size = 8, .meaning = "time with data to send, microseconds"},
    {.name = "RWND_LIMITED_US", .offset = 176, .size = 8, .meaning = "of it, held back by the peer's window"},
    {.name = "SNDBUF_LIMITED_US", .offset = 184, .size = 8, .meaning = "of it, held back by our send buffer"},
    {.name = "REHASH", .offset = 236, .size = 4, .meaning = "times another path was tried"},
    {.name = "TOTAL_RTO", .offset = 240, .size = 2, .meaning = "retransmission timeouts"},
    {.name = "TOTAL_RTO_RECOVERIES", .offset = 242, .size = 2, .meaning = "recoveries from such timeouts"},
    {.name = "TOTAL_RTO_TIME_MS", .offset = 244, .size = 4, .meaning = "time spent in them, milliseconds"},
});
// clang-format on

constexpr std::span<const TcpInfoField> tcp_info_fields() { return kTcpInfoFields; }

/// The field with this key. A misspelt one does not compile.
consteval const TcpInfoField& tcp_info_field(std::string_view key) {
  for (const TcpInfoField& field : kTcpInfoFields) {
    if (field.key == key) return field;
  }
  throw "no field of tcp_info has this key";
}

/// The kernel's struct tcp_info, of the length that was sent. One from a file can lack numbers in the middle.
struct TcpInfo : std::span<const std::byte> {
  TcpInfo() = default;
  TcpInfo(std::span<const std::byte> bytes, std::uint64_t without = 0, std::uint64_t no_place = 0)  // NOLINT
      : span(bytes), missing(without), untold(no_place) {}
  template <std::ranges::contiguous_range Bytes>
  TcpInfo(const Bytes& bytes) : span(bytes) {}  // NOLINT(google-explicit-constructor)

  std::uint64_t missing = 0;  ///< the bits of missing_bit()
  std::uint64_t untold = 0;   ///< those of them that the file has no place for in any row
};

static_assert(kTcpInfoFields.size() <= 64, "each field has a bit");

/// The bit of a field of tcp_info_fields() in TcpInfo::missing.
constexpr std::uint64_t missing_bit(const TcpInfoField& field) {
  return std::uint64_t{1} << (&field - kTcpInfoFields.data());
}

/// The value of a field of tcp_info_fields(); nothing if `info` lacks it, ends before it, if nothing was measured yet
/// (net/ipv4/tcp_input.c, tcp_ack_update_rtt()), or if the kernel says "unlimited" (all bits of 64 set).
std::optional<std::uint64_t> tcp_info_value(const TcpInfo& info, const TcpInfoField& field);

/// Puts a value that tcp_info_value() gave back into `info`, which grows with zeros where needed.
void set_tcp_info_value(std::vector<std::byte>& info, const TcpInfoField& field, std::uint64_t value);

}  // namespace tcpstat::inline model
