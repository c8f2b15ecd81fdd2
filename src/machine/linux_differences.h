#pragma once
// Where Linux differs from RFC 9293: in which step, and why.

#include <optional>
#include <span>
#include <string_view>

#include "model/seen.h"

namespace tcpstat::machine {

/// A difference in one step, or, if `from` is nothing, in every step to `to` from a state of `from_any`.
struct Difference {
  std::optional<State> from;
  State to;
  std::string_view rfc9293;
  std::string_view linux_does;
  std::string_view why;
  StateSet from_any = StateSet::all();
};

std::span<const Difference> differences();

/// Whether the difference is about the step from one state to another. A connection that is gone is CLOSED (§3.3.2).
constexpr bool is_about(const Difference& difference, Seen from, Seen to) {
  return from && from != to && to.value_or(State::close) == difference.to &&
         (difference.from ? difference.from == from : difference.from_any.has(*from));
}

}  // namespace tcpstat::machine
