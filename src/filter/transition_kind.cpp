#include "filter/transition_kind.h"

#include <algorithm>
#include <array>

namespace tcpstat::filter {
namespace {

using enum TransitionKind;

constexpr std::array kKinds = {illegal, resets, half_open, time_wait, lost};

/// Whether a step from this state to CLOSE ends the connection at once, before both FINs were exchanged.
bool ends_at_once(State from) {
  return from == State::established || from == State::syn_recv || from == State::close_wait || from == State::fin_wait1;
}

bool becomes_time_wait(const Transition& transition) {
  const bool from_here =
      transition.from == ObservedState(State::fin_wait2) || transition.from == ObservedState(State::closing);
  return from_here && transition.to == ObservedState(State::close) && transition.peer_reset != true &&
         transition.reset_sent != true && transition.close_cause != CloseCause::gave_up;
}

/// It ended at once, and its source does not tell by what.
bool may_be_reset(const ConnectionLife& life) {
  const auto last = life.states.empty() ? kAbsent : life.states.back().state.seen();
  return life.ending == Ending::dropped || (!life.ending && last && ends_at_once(*last));
}

}  // namespace

std::string_view name(TransitionKind kind) {
  constexpr std::array<std::string_view, kKinds.size()> kNames = {"illegal", "resets", "half-open", "time-wait",
                                                                  "lost"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::span<const TransitionKind> transition_kinds() { return kKinds; }

std::optional<TransitionKind> find_transition_kind(std::string_view word) {
  const auto at = std::find_if(kKinds.begin(), kKinds.end(), [&](TransitionKind kind) { return name(kind) == word; });
  return at == kKinds.end() ? std::nullopt : std::optional(*at);
}

bool is_of(TransitionKind kind, const Transition& transition, TransitionVerdict verdict) {
  const auto from = transition.from.seen();
  const auto to = transition.to.seen();
  switch (kind) {
    case illegal:
      return verdict == TransitionVerdict::illegal;
    case resets:
      if (transition.minisocket_end) return transition.minisocket_end == MinisocketEnd::reset;
      if (to != State::close || !from) return false;
      if (transition.peer_reset == true || transition.reset_sent == true) return true;
      return ends_at_once(*from) && (transition.peer_reset != false || transition.reset_sent != false);
    case half_open:
      return from == State::syn_recv || to == State::syn_recv;
    case time_wait:
      return from == State::time_wait || to == State::time_wait || becomes_time_wait(transition);
    case lost:
      return false;
  }
  return false;
}

bool is_of(TransitionKind kind, const ConnectionLife& life) {
  const auto had = [&](State state) {
    return std::any_of(life.states.begin(), life.states.end(),
                       [&](const LifeStay& stay) { return stay.state == state; });
  };
  const bool last_was_waiting = !life.states.empty() && (life.states.back().state == ObservedState(State::fin_wait2) ||
                                                         life.states.back().state == ObservedState(State::closing));
  switch (kind) {
    case illegal:
      return !life.legal;
    case resets:
      return life.ending == Ending::reset || life.ending == Ending::refused || may_be_reset(life);
    case half_open:
      return had(State::syn_recv);
    case time_wait:
      return had(State::time_wait) ||
             (last_was_waiting && life.ending != Ending::reset && life.ending != Ending::timed_out);
    case lost:
      return !life.complete;
  }
  return false;
}

}  // namespace tcpstat::filter
