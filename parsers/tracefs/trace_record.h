#pragma once
// One record of the tracepoint, as its binary form has it (include/trace/events/sock.h, inet_sock_set_state).

#include <array>
#include <cstdint>
#include <span>

#include "model/address.h"
#include "model/transition.h"

namespace tcpstat::tracefs {

/// Where the fields of the event lie in its bytes, as its `format` file says.
struct RecordLayout {
  struct Field {
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  Field skaddr, oldstate, newstate, sport, dport, family, protocol, saddr, daddr, saddr_v6, daddr_v6;
};

/// Raw: numbers as the kernel wrote them; what they mean is decided by to_transition().
struct TraceRecord {
  std::uint64_t time_ns = 0;   ///< of CLOCK_MONOTONIC
  std::uint64_t lost = 0;      ///< records that the buffer lost right before this one
  bool is_transition = false;  ///< else only `lost` counts
  std::uint64_t socket = 0;    ///< the kernel's address: never to be shown
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::uint16_t protocol = 0;
  std::uint16_t family = 0;
  Endpoint local;
  Endpoint remote;
};

/// False if the bytes are fewer than the layout needs.
bool decode(std::span<const std::byte> bytes, const RecordLayout& layout, TraceRecord& to);

/// Without time, socket and line. Nothing for another protocol than TCP and MPTCP, or a state that is not known.
std::optional<Transition> to_transition(const TraceRecord& record);

}  // namespace tcpstat::tracefs
