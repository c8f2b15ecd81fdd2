#pragma once
// One record of a tracepoint, as its binary form has it (include/trace/events/sock.h, inet_sock_set_state, and tcp.h,
// tcp_receive_reset).

#include <array>
#include <cstdint>
#include <span>

#include "model/address.h"
#include "model/transition.h"

namespace tcpstat::tracefs {

/// Where the fields of an event lie in its bytes, as its `format` file says; a field that it lacks has no size.
struct RecordLayout {
  struct Field {
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  std::uint16_t id = 0;  ///< the first two bytes of each record
  Field skaddr, oldstate, newstate, sport, dport, family, protocol, saddr, daddr, saddr_v6, daddr_v6;
};

/// Raw: numbers as the kernel wrote them; what they mean is decided by to_transition().
struct TraceRecord {
  std::uint64_t time_ns = 0;  ///< of CLOCK_MONOTONIC
  std::uint64_t lost = 0;     ///< records that the buffer lost right before this one
  /// loss: only `lost` counts. reset: only `socket`, which has just received an RST that it obeys.
  enum class Kind : std::uint8_t { loss, transition, reset };
  Kind kind = Kind::loss;
  std::uint64_t socket = 0;  ///< the kernel's address: never to be shown
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::uint16_t protocol = 0;
  std::uint16_t family = 0;
  Endpoint local;
  Endpoint remote;
};

/// A record's `id`; 0 for one that is cut.
std::uint16_t event_id(std::span<const std::byte> bytes);

// Both return false if there are fewer bytes than the layout needs.
/// Decodes a record of sock:inet_sock_set_state.
bool decode(std::span<const std::byte> bytes, const RecordLayout& layout, TraceRecord& to);
/// Decodes a record of tcp:tcp_receive_reset.
bool decode_reset(std::span<const std::byte> bytes, const RecordLayout& layout, TraceRecord& to);

/// Without time, socket and line. Nothing for another protocol than TCP and MPTCP, or a state that is not known.
std::optional<Transition> to_transition(const TraceRecord& record);

}  // namespace tcpstat::tracefs
