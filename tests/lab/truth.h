// What the lab knows of each socket it built: the other half of every comparison.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcpstat::lab {

/// One socket as a dump should show it, in the words of tcpstat's JSON.
struct Row {
  std::string family;  // "ipv4", "ipv6" (v4-mapped sockets are "ipv6")
  std::string state;   // kernel's name, e.g. "SYN_RECV"
  std::string local_address;
  std::uint16_t local_port = 0;
  std::string remote_address;  // empty for LISTEN and CLOSE, which have no remote end
  std::uint16_t remote_port = 0;
  bool has_owner = false;
  std::uint64_t inode = 0;                  // 0 without an owner
  std::string orphan;                       // why there is no owner; empty with one
  std::string timer;                        // kind of timer; empty: not known
  std::optional<std::uint32_t> recv_queue;  // bytes; nothing on LISTEN
  std::optional<std::uint32_t> send_queue;
  std::optional<std::uint32_t> accept_queue;  // connections; nothing off LISTEN
  std::optional<std::uint32_t> accept_limit;
  std::optional<std::uint32_t> syn_recv;
  std::chrono::steady_clock::time_point built{};  // when the socket reached the state
  std::string note;

  /// family, state and both ends in one line: what every source must agree on.
  std::string key() const;
};

using Truth = std::vector<Row>;

}  // namespace tcpstat::lab
