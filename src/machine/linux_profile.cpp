#include "machine/linux_profile.h"

namespace tcpstat::machine {
namespace {

constexpr bool no_pair_is_listed_twice() {
  for (std::size_t i = 0; i < kTracedPairs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (kTracedPairs[i].from == kTracedPairs[j].from && kTracedPairs[i].to == kTracedPairs[j].to) return false;
    }
  }
  return true;
}

constexpr bool time_wait_is_never_printed() {
  for (const TracedPair& pair : kTracedPairs) {
    if (pair.from == State::time_wait || pair.to == State::time_wait) return false;
  }
  return true;
}

constexpr bool a_pair_of_one_state_is_a_quirk() {
  for (const TracedPair& pair : kTracedPairs) {
    if (pair.from == pair.to && pair.standing != Standing::quirk) return false;
  }
  return true;
}

/// All states that a life from CLOSE or LISTEN comes to, silent moves included.
constexpr StateSet ever_reached() {
  StateSet found{State::close, State::listen};
  for (std::size_t round = 0; round < kStateCount; ++round) {
    for (const TracedPair& pair : kTracedPairs) {
      if (found.has(pair.from)) found |= pair.to;
    }
    for (const SilentMove& move : kMoves) {
      if (move.to && (!move.from || found.has(*move.from))) found |= *move.to;
    }
  }
  return found;
}

static_assert(no_pair_is_listed_twice());
static_assert(time_wait_is_never_printed());
static_assert(a_pair_of_one_state_is_a_quirk());
static_assert(ever_reached() == StateSet::all());

}  // namespace

const TracedPair* traced_pair(State from, State to) {
  for (const TracedPair& pair : kTracedPairs) {
    if (pair.from == from && pair.to == to) return &pair;
  }
  return nullptr;
}

}  // namespace tcpstat::machine
