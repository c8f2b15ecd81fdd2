#pragma once
// What one sample shows of a connection: a state, or that it is not there.

#include <cstddef>
#include <optional>
#include <string_view>

#include "model/state.h"

namespace tcpstat::inline model {

/// A state, or nothing for a connection that the sample does not show.
using Seen = std::optional<State>;
inline constexpr Seen kAbsent = std::nullopt;
inline constexpr std::size_t kSeenCount = kStateCount + 1;

/// 0 for absent, else the kernel's number.
constexpr std::size_t index(Seen seen) { return seen ? static_cast<std::size_t>(*seen) : 0; }
constexpr Seen seen_at(std::size_t index) { return index == 0 ? kAbsent : Seen(static_cast<State>(index)); }

/// The state's name, or "ABSENT".
inline std::string_view name(Seen seen) { return seen ? name(*seen) : std::string_view("ABSENT"); }

}  // namespace tcpstat::inline model
