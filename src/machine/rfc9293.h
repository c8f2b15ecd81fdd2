#pragma once
// The state machine of RFC 9293 as one table: what each of the eleven states answers to each event. How Linux differs
// is in linux_profile.h.

#include <array>
#include <cstdint>
#include <string_view>

#include "machine/event.h"
#include "model/seen.h"

namespace tcpstat::machine {

enum class Answer : std::uint8_t { moves, stays, error, impossible, idle, should, unspecified };

/// The segment that goes out with the answer. All but a first SYN and `rst` carry an ACK.
enum class Send : std::uint8_t { nothing, syn, syn_ack, ack, fin, rst, rst_ack, data };

/// The condition under which a row replaces the ordinary one of the same state and event.
enum class Condition : std::uint8_t { none, active_origin, data_queued, old_sequence, unacceptable_ack };

struct Transition {
  State from;
  Event event;
  State to;
  Answer answer;
  Send send;
  std::string_view action;
  std::string_view section;
  Condition condition = Condition::none;
};

inline constexpr auto kRfc9293 = std::to_array<Transition>({
#define ROW(from, event, to, answer, send, action, section) \
  {State::from, Event::event, State::to, Answer::answer, Send::send, action, section},
#define CASE(...)
#include "machine/rfc9293.def"
#undef ROW
#undef CASE
});

/// Rows that hold under a condition only.
inline constexpr auto kRfc9293Cases = std::to_array<Transition>({
#define ROW(...)
#define CASE(from, event, to, answer, send, action, section, condition) \
  {State::from, Event::event, State::to, Answer::answer, Send::send, action, section, Condition::condition},
#include "machine/rfc9293.def"
#undef ROW
#undef CASE
});

/// The row for `event` in `state`; the one that holds under `condition` where there is such a row.
const Transition& rfc9293(State state, Event event, Condition condition = Condition::none);

/// The meaning of the event in that state, in terms of the calls that programs make: shutdown() closes a listener by
/// another argument than a connection.
std::string_view meaning(State state, Event event);

/// The state that the RFC has for what a sample shows: no connection is CLOSED, which is fictional (§3.3.2).
constexpr State rfc_state(Seen seen) { return seen.value_or(State::close); }

/// "after an active OPEN"; empty for none.
std::string_view text(Condition condition);
/// "SYN,ACK"; empty for nothing.
std::string_view text(Send send);

}  // namespace tcpstat::machine
