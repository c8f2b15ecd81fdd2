#pragma once
// What is unusual about one row, told from the row alone.

#include <array>
#include <string_view>

#include "model/connection.h"

namespace tcpstat {

struct RowFlag {
  std::string_view name;
  std::string_view meaning;
  bool (*applies)(const Connection&);
};

inline constexpr std::array<RowFlag, 2> kRowFlags = {{
    {"retransmitting", "what was sent last was not acknowledged in time",
     [](const Connection& row) { return row.timer == TimerKind::retransmit && row.retransmits.value_or(0) > 0; }},
    // net/ipv4/tcp_output.c, tcp_check_probe_timer(): armed while data waits and nothing is in flight.
    {"zero-window", "data waits because the peer's window is closed",
     [](const Connection& row) { return row.timer == TimerKind::probe; }},
}};

}  // namespace tcpstat
