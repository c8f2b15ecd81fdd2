#include "explain/state_advice.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::explain {
namespace {

TEST_CASE("every state has all of its sentences, and commands that ask for it") {
  for (const StateInfo& row : states()) {
    CAPTURE(row.name);
    const StateAdvice& words = advice(row.state);
    CHECK(words.state == row.state);
    CHECK_FALSE(words.role.empty());
    CHECK_FALSE(words.seen.empty());
    CHECK_FALSE(words.who.empty());
    CHECK_FALSE(words.many.empty());
    CHECK(words.sections.starts_with("§"));
    CHECK(words.look.starts_with("tcpstat "));
    const bool names_it = words.look.find("-s " + std::string(row.name)) != std::string_view::npos;
    CHECK((names_it || row.state == State::listen));
  }
}

TEST_CASE("a half-close may last, and 2 MSL are explained") {
  CHECK(advice(State::close_wait).seen.find("or for as long as it sends") != std::string_view::npos);
  CHECK(advice(State::time_wait).seen.find("2 MSL, twice the longest life of a segment") != std::string_view::npos);
}

TEST_CASE("who closed first is called active, and who followed passive") {
  using enum State;
  for (const State state : {fin_wait1, fin_wait2, time_wait}) CHECK(advice(state).role.starts_with("active close"));
  for (const State state : {close_wait, last_ack}) CHECK(advice(state).role.starts_with("passive close"));
  CHECK(advice(syn_sent).role.starts_with("active open"));
  for (const State state : {syn_recv, listen}) CHECK(advice(state).role.starts_with("passive open"));
}

}  // namespace
}  // namespace tcpstat::explain
