#pragma once
// How long a socket can stay in a state, from the sysctls of the host: formulas of the kernel's timers, and "no bound"
// said as such.

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "model/kernel_limits.h"
#include "model/minisocket.h"
#include "model/state.h"

namespace tcpstat::machine {

/// no_bound: nothing ends it. unknown: a sysctl could not be read.
struct DwellLimit {
  enum class Kind : std::uint8_t { bounded, no_bound, unknown };
  Kind kind = Kind::unknown;
  std::chrono::milliseconds most{};

  friend bool operator==(const DwellLimit&, const DwellLimit&) = default;
};

struct DwellBound {
  State state;
  DwellLimit (*limit)(const KernelLimits&);
  std::string_view standing;  ///< which sockets it holds for
  std::string_view sysctls;   ///< the sysctls that decide, separated by ", "
  Body body = Body::socket;   ///< what is in the state, if it can be no full socket
};

/// All bounds, the ordinary case of each state first.
std::span<const DwellBound> dwell_bounds();
/// The ordinary case.
const DwellBound& dwell_bound(State state);

/// How long anything can be in `state`, timer slack included; nothing if one of its cases has no bound or is not known.
std::optional<std::chrono::milliseconds> longest_dwell(State state, const KernelLimits& limits);
/// The same for a full socket.
std::optional<std::chrono::milliseconds> longest_socket_dwell(State state, const KernelLimits& limits);

/// The timer wheel rounds long timers up (kernel/time/timer.c): a dwell is too long only beyond this.
constexpr std::chrono::milliseconds with_timer_slack(std::chrono::milliseconds most) { return most + most / 10; }

}  // namespace tcpstat::machine
