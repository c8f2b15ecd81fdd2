#include <doctest/doctest.h>

#include <ostream>
#include <set>

#include "explain/ladder.h"

namespace tcpstat::explain {
namespace {

TEST_CASE("every course of events has a name of its own, a meaning and a lesson") {
  std::set<std::string_view> names;
  for (const Lifecycle& lifecycle : lifecycles()) {
    CAPTURE(lifecycle.name);
    CHECK(names.insert(lifecycle.name).second);
    CHECK_FALSE(lifecycle.meaning.empty());
    CHECK_FALSE(lifecycle.lesson.empty());
    CHECK(find_lifecycle(lifecycle.name) == &lifecycle);
    for (const ScriptStep& step : lifecycle.script)
      CHECK(step.words.empty() == (step.op != Op::act && step.op != Op::old_syn));
  }
  CHECK(find_lifecycle("CLOSE") == nullptr);
}

TEST_CASE("each ends as its lesson says") {
  const auto ends = [](std::string_view lifecycle) { return run(*find_lifecycle(lifecycle)).back().states; };
  using Ends = std::array<Seen, 2>;
  CHECK(ends("handshake") == Ends{State::established, State::established});
  CHECK(ends("close") == Ends{State::close, State::close});
  CHECK(ends("simultaneous-close") == Ends{State::close, State::close});
  CHECK(ends("half-close") == Ends{State::time_wait, State::close});
  CHECK(ends("reset") == Ends{State::close, State::close});
  CHECK(ends("refused")[0] == State::close);
  CHECK(ends("no-answer")[0] == State::close);
  CHECK(ends("lost-last-ack") == Ends{State::close, State::close});
}

}  // namespace
}  // namespace tcpstat::explain
