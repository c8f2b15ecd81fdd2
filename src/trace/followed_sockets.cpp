#include "trace/followed_sockets.h"

#include <algorithm>

namespace tcpstat::trace {

bool FollowedSockets::is_accepted(const Transition& child) const {
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& entry) {
    const Listener& listener = entry.second;
    // A listener on all addresses of IPv6 takes IPv4 as well.
    return listener.netns == child.netns && listener.local.port == child.local->port &&
           (listener.local.address.is_wildcard() || listener.local.address == child.local->address);
  });
}

bool FollowedSockets::belongs(const Transition& transition) {
  const std::string socket(transition.socket);
  const ObservedState close = State::close;
  const bool listens = transition.from == close && transition.to == ObservedState(State::listen);
  const bool connects = transition.from == close && transition.to == ObservedState(State::syn_sent);
  // A child is born in LISTEN, or in CLOSE while its listener is being closed.
  const bool is_child = transition.to == ObservedState(State::syn_recv) &&
                        transition.from != ObservedState(State::syn_sent) && transition.local.has_value();
  if (listens || connects) {
    // `socket` is an address in memory, which other sockets get later.
    sockets_.erase(socket);
    listeners_.erase(socket);
    if (!transition.by_followed) return false;
    sockets_.insert(socket);
    if (listens && transition.local) listeners_.insert_or_assign(socket, Listener{*transition.local, transition.netns});
    return true;
  }
  if (is_child) {
    if (!is_accepted(transition)) {
      sockets_.erase(socket);
      return false;
    }
    sockets_.insert(socket);
  }
  const bool found = sockets_.contains(socket);
  if (found && transition.to == close) {
    sockets_.erase(socket);
    listeners_.erase(socket);
  }
  return found;
}

}  // namespace tcpstat::trace
