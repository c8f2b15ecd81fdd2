#include "machine/rfc9293.h"

namespace tcpstat::machine {
namespace {

using Index = std::array<std::array<std::uint8_t, kEventCount>, kStateCount + 1>;
constexpr std::uint8_t kNoRow = 0xFF;

constexpr Index kIndex = [] {
  Index index{};
  for (auto& row : index) row.fill(kNoRow);
  for (std::size_t i = 0; i < kRfc9293.size(); ++i) {
    index[static_cast<std::size_t>(kRfc9293[i].from)][static_cast<std::size_t>(kRfc9293[i].event)] =
        static_cast<std::uint8_t>(i);
  }
  return index;
}();

constexpr bool every_state_answers_every_event_once() {
  if (kRfc9293.size() != kStateCount * kEventCount) return false;
  for (std::size_t state = 1; state <= kStateCount; ++state) {
    for (const std::uint8_t row : kIndex[state]) {
      if (row == kNoRow) return false;
    }
  }
  return true;
}

constexpr bool moves(const Transition& row) { return row.answer == Answer::moves || row.answer == Answer::should; }

constexpr bool only_moves_change_the_state() {
  for (const Transition& row : kRfc9293) {
    if (moves(row) != (row.from != row.to) || row.action.empty() || row.section.empty()) return false;
  }
  for (const Transition& row : kRfc9293Cases) {
    if (moves(row) != (row.from != row.to) || row.condition == Condition::none) return false;
  }
  return true;
}

/// All states on a way out of `start`; a SHOULD that contradicts another section is no way.
constexpr StateSet reachable_from(State start) {
  StateSet found{start};
  for (std::size_t round = 0; round < kStateCount; ++round) {
    for (const Transition& row : kRfc9293) {
      if (row.answer == Answer::moves && found.has(row.from)) found |= row.to;
    }
  }
  return found;
}

constexpr bool every_connection_can_end() {
  for (std::size_t state = 1; state <= kStateCount; ++state) {
    if (!reachable_from(static_cast<State>(state)).has(State::close)) return false;
  }
  return true;
}

static_assert(every_state_answers_every_event_once());
static_assert(only_moves_change_the_state());
static_assert(reachable_from(State::close) == StateSet::all());
static_assert(reachable_from(State::listen) == StateSet::all());
static_assert(every_connection_can_end());

}  // namespace

const Transition& rfc9293(State state, Event event, Condition condition) {
  if (condition != Condition::none) {
    for (const Transition& row : kRfc9293Cases) {
      if (row.from == state && row.event == event && row.condition == condition) return row;
    }
  }
  return kRfc9293[kIndex[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)]];
}

std::string_view meaning(State state, Event event) {
  // net/ipv4/af_inet.c, inet_shutdown(): SHUT_WR alone leaves a listener as it is.
  if (state == State::listen && event == Event::close) return "CLOSE: close() or shutdown(SHUT_RD)";
  return info(event).meaning;
}

std::string_view text(Condition condition) {
  switch (condition) {
    case Condition::none:
      return "";
    case Condition::active_origin:
      return "after an active OPEN";
    case Condition::data_queued:
      return "while data is queued";
    case Condition::old_sequence:
      return "with an old sequence number";
    case Condition::unacceptable_ack:
      return "without an acceptable ACK";
  }
  return "";
}

std::string_view text(Send send) {
  switch (send) {
    case Send::nothing:
      return "";
    case Send::syn:
      return "SYN";
    case Send::syn_ack:
      return "SYN,ACK";
    case Send::ack:
      return "ACK";
    case Send::fin:
      return "FIN,ACK";
    case Send::rst:
      return "RST";
    case Send::rst_ack:
      return "RST,ACK";
    case Send::data:
      return "data";
  }
  return "";
}

}  // namespace tcpstat::machine
