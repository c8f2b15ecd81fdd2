#include "filter/transition_kind.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>

#include "support/rows.h"

namespace tcpstat::filter {
namespace {

using enum State;

Transition step(State from, State to, std::optional<bool> peer_reset = std::nullopt) {
  Transition out;
  out.from = from;
  out.to = to;
  out.peer_reset = peer_reset;
  return out;
}

/// The kinds that it is of.
std::set<std::string> kinds(const Transition& transition, TransitionVerdict verdict = TransitionVerdict::legal) {
  std::set<std::string> out;
  for (const TransitionKind kind : transition_kinds()) {
    if (is_of(kind, transition, verdict)) out.emplace(name(kind));
  }
  return out;
}
using Kinds = std::set<std::string>;

TEST_CASE("kinds are found by their names") {
  CHECK(transition_kinds().size() == 5);
  for (const TransitionKind kind : transition_kinds()) CHECK(find_transition_kind(name(kind)) == kind);
  CHECK_FALSE(find_transition_kind("half_open"));
  CHECK_FALSE(find_transition_kind(""));
}

TEST_CASE("of which kinds a transition is") {
  CHECK(kinds(step(syn_sent, established)) == Kinds{});
  CHECK(kinds(step(listen, syn_recv)) == Kinds{"half-open"});
  CHECK(kinds(step(syn_recv, established)) == Kinds{"half-open"});
  CHECK(kinds(step(syn_recv, close)) == Kinds{"half-open", "resets"});
  for (const State from : {established, close_wait, fin_wait1}) CHECK(kinds(step(from, close)) == Kinds{"resets"});
  CHECK(kinds(step(syn_sent, close)) == Kinds{});
  CHECK(kinds(step(syn_sent, close, true)) == Kinds{"resets"});
  CHECK(kinds(step(last_ack, close, false)) == Kinds{});
  CHECK(kinds(step(last_ack, close, true)) == Kinds{"resets"});
  for (const State from : {fin_wait2, closing}) {
    CHECK(kinds(step(from, close, false)) == Kinds{"time-wait"});
    CHECK(kinds(step(from, close, true)) == Kinds{"resets"});
  }
  Transition sent = step(fin_wait2, close, false);
  sent.reset_sent = true;
  CHECK(kinds(sent) == Kinds{"resets"});
  // Its FIN was never acknowledged.
  Transition gone = step(closing, close, false);
  gone.close_cause = CloseCause::gave_up;
  CHECK(kinds(gone) == Kinds{});
  Transition request = step(syn_recv, close);
  request.to = ObservedState::absent();
  request.minisocket_end = MinisocketEnd::expired;
  CHECK(kinds(request) == Kinds{"half-open"});
  request.minisocket_end = MinisocketEnd::reset;
  CHECK(kinds(request) == Kinds{"half-open", "resets"});
  // Nobody sent an RST: the peer did not answer.
  Transition silent = step(established, close, false);
  silent.reset_sent = false;
  CHECK(kinds(silent) == Kinds{});
  CHECK(kinds(step(established, listen), TransitionVerdict::illegal) == Kinds{"illegal"});
}

TEST_CASE("of which kinds a life is") {
  const auto of = [](const ConnectionLife& life) {
    Kinds out;
    for (const TransitionKind kind : transition_kinds()) {
      if (is_of(kind, life)) out.emplace(name(kind));
    }
    return out;
  };
  ConnectionLife life;
  life.states = {{syn_sent, {}}, {established, {}}, {fin_wait1, {}}, {fin_wait2, {}}};
  life.ending = Ending::orderly;
  CHECK(of(life) == Kinds{"time-wait"});
  life.ending.reset();
  CHECK(of(life) == Kinds{"time-wait"});
  life.ending = Ending::timed_out;
  CHECK(of(life) == Kinds{});
  life.ending = Ending::reset;
  CHECK(of(life) == Kinds{"resets"});
  life.ending = Ending::refused;
  life.states = {{syn_sent, {}}};
  CHECK(of(life) == Kinds{"resets"});
  life.ending = Ending::failed;
  life.complete = false;
  life.legal = false;
  CHECK(of(life) == Kinds{"illegal", "lost"});
  life = {};
  life.states = {{syn_recv, {}}, {close_wait, {}}};
  // Nobody knows what ended it.
  CHECK(of(life) == Kinds{"half-open", "resets"});
  life.ending = Ending::dropped;
  CHECK(of(life) == Kinds{"half-open", "resets"});
  life.ending = Ending::timed_out;
  CHECK(of(life) == Kinds{"half-open"});
}

}  // namespace
}  // namespace tcpstat::filter
