#pragma once
// What the kernel keeps where it needs no full TCP socket: a request before the handshake is over, and a time-wait
// socket after the end (include/net/request_sock.h, inet_timewait_sock.h).

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::inline model {

enum class Body : std::uint8_t { socket, request, time_wait };
constexpr std::string_view name(Body body) {
  constexpr std::array<std::string_view, 3> kNames = {"socket", "request", "time_wait"};
  return kNames[static_cast<std::size_t>(body)];
}

/// How one of them ends. completed: the request became a connection. reset: the request went without one, because of an
/// RST or a SYN in its window, or by `ss -K`. expired: by time. pruned: earlier, because the queue was more than half
/// full. listener_gone: nobody listened any more. cut_short: a time-wait socket gave way to a new connection, to an RST of
/// the peer or the one that answers data in FIN_WAIT2 (tcp_timewait_state_process()), or to `ss -K`.
enum class MinisocketEnd : std::uint8_t { completed, reset, expired, pruned, listener_gone, cut_short };
constexpr std::string_view name(MinisocketEnd end) {
  constexpr std::array<std::string_view, 6> kNames = {"completed", "reset",         "expired",
                                                      "pruned",    "listener-gone", "cut-short"};
  return kNames[static_cast<std::size_t>(end)];
}

}  // namespace tcpstat::inline model
