#pragma once
// The sockets of followed processes: those that they connect or listen with, and the children of their listeners.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "model/transition.h"

namespace tcpstat::trace {

class FollowedSockets {
 public:
  /// Whether a transition is of such a socket. To be asked for each transition in turn, which must have a `socket`.
  /// Nothing is known of a socket before it connects or listens.
  bool belongs(const Transition& transition);

 private:
  struct Listener {
    Endpoint local;
    std::optional<std::uint64_t> netns;
  };

  [[nodiscard]] bool is_accepted(const Transition& child) const;

  std::unordered_set<std::string> sockets_;
  std::unordered_map<std::string, Listener> listeners_;  ///< those of sockets_ that listen
};

}  // namespace tcpstat::trace
