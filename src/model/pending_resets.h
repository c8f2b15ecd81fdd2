#pragma once
// Sockets that have received an RST and are not closed yet: the kernel announces the RST in tcp_reset() and the close
// in tcp_done(), and records of other sockets may come in between (net/ipv4/tcp_input.c).

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "model/transition.h"

namespace tcpstat::inline model {

class PendingResets {
 public:
  /// `socket`: any number but 0 that is one kernel socket's while it lives.
  void add(std::uint64_t socket) { sockets_[next_++ % sockets_.size()] = socket; }
  /// Records are missing here: a reset may have been among them.
  void lost() { sure_ = false; }

  /// For Transition::peer_reset.
  std::optional<bool> settle(std::uint64_t socket, ObservedState to) {
    const auto at = std::find(sockets_.begin(), sockets_.end(), socket);
    const bool reset = at != sockets_.end();
    const bool sure = std::exchange(sure_, true);
    if (reset) *at = 0;
    if (to != ObservedState(State::close) || (!reset && !sure)) return std::nullopt;
    return reset;
  }

 private:
  std::array<std::uint64_t, 64> sockets_{};  ///< at most one for each processor and context; older ones closed unseen
  std::size_t next_ = 0;
  bool sure_ = true;
};

}  // namespace tcpstat::inline model
