#pragma once
// Why this host sent an RST, as Linux 6.10 and later say (include/net/rstreason.h, enum sk_rst_reason).

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::inline model {

/// abort: an order to end the connection at once, by SO_LINGER of 0 or `ss -K`, or because nobody had accepted it when
/// its listener closed (SK_RST_REASON_TCP_STATE). other: one that later kernels added, or of MPTCP.
enum class ResetReason : std::uint8_t {
  invalid_ack,
  paws,
  old_ack,
  unsent_ack,
  flags,
  abort_on_data,
  invalid_syn,
  abort_on_close,
  abort_on_linger,
  abort_on_memory,
  abort,
  keepalive_timeout,
  disconnect_with_data,
  other,
};

/// "abort-on-close", …
constexpr std::string_view name(ResetReason reason) {
  constexpr std::array<std::string_view, 14> kNames = {
      "invalid-ack",          "paws",           "old-ack",         "unsent-ack",      "flags", "abort-on-data",
      "invalid-syn",          "abort-on-close", "abort-on-linger", "abort-on-memory", "abort", "keepalive-timeout",
      "disconnect-with-data", "other"};
  return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace tcpstat::inline model
