#pragma once
// What two samples of one socket showed, with what the machine says of it. Made by the observer, written by renderers.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/address.h"
#include "model/state.h"

namespace tcpstat::inline model {

/// Views and spans are valid during the call that hands it over. A state that is nothing is absence: the socket
/// appeared, or vanished.
struct ObservedTransition {
  Family family = Family::ipv4;
  Endpoint local;
  std::optional<Endpoint> remote;  ///< nothing for a socket that has none: LISTEN, bound CLOSE
  std::optional<std::uint64_t> cookie;
  std::optional<State> from;
  std::optional<State> to;
  /// States passed unseen, without both ends.
  std::span<const std::optional<State>> path;
  /// From the first sample that showed the old state to the last that did: a lower bound of what it lasted. Nothing
  /// for a socket that appeared.
  std::optional<std::uint64_t> dwell_ms;
  std::string_view verdict;
  std::string_view reason;
  std::string_view reference;
};

}  // namespace tcpstat::inline model
