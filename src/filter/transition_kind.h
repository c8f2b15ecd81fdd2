#pragma once
// Kinds of transitions that a trace can be narrowed to.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/transition.h"
#include "report/connection_life.h"
#include "report/transition_verdict.h"

namespace tcpstat::filter {

/// illegal: by the verdict of the machine. resets: a connection that ends at once, or that an RST ends. half_open: into
/// SYN_RECV and out of it. time_wait: a time-wait socket takes over. lost: missing records; no transition is of this
/// kind.
enum class TransitionKind : std::uint8_t { illegal, resets, half_open, time_wait, lost };

/// As it is typed: "half-open".
std::string_view name(TransitionKind kind);
std::span<const TransitionKind> transition_kinds();
/// Nothing for an unknown word.
std::optional<TransitionKind> find_transition_kind(std::string_view word);

bool is_of(TransitionKind kind, const Transition& transition, TransitionVerdict verdict);
/// Whether the life had such a transition; for `lost`, whether a record of it is missing.
bool is_of(TransitionKind kind, const ConnectionLife& life);

}  // namespace tcpstat::filter
