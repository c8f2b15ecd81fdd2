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
    CHECK_FALSE(words.who.empty());
    CHECK_FALSE(words.many.empty());
    CHECK(words.sections.starts_with("§"));
    CHECK(words.look.starts_with("tcpstat "));
    const bool names_it = words.look.find("-s " + std::string(row.name)) != std::string_view::npos;
    CHECK((names_it || row.state == State::listen));
  }
}

}  // namespace
}  // namespace tcpstat::explain
