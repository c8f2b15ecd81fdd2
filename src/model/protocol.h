#pragma once
// TCP and Multipath TCP, which share the numbers of the states.

#include <cstdint>
#include <optional>

namespace tcpstat::inline model {

/// An MPTCP socket has a table of its own, and its subflows are TCP sockets.
enum class Protocol : std::uint8_t { tcp, mptcp };

/// IPPROTO_TCP, IPPROTO_MPTCP (include/uapi/linux/in.h): how records of the kernel and JSON tell them.
constexpr std::uint16_t protocol_number(Protocol protocol) { return protocol == Protocol::tcp ? 6 : 262; }

constexpr Protocol tcp_or_mptcp(bool mptcp) { return mptcp ? Protocol::mptcp : Protocol::tcp; }

/// Nothing for another protocol, whose states mean something else.
constexpr std::optional<Protocol> protocol_of_number(std::uint64_t number) {
  if (number == protocol_number(Protocol::tcp)) return Protocol::tcp;
  if (number == protocol_number(Protocol::mptcp)) return Protocol::mptcp;
  return std::nullopt;
}

}  // namespace tcpstat::inline model
