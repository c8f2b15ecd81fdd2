#include "report/transition_verdict.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <ostream>
#include <vector>

namespace tcpstat {
namespace {

using enum State;

UnseenPath way(std::initializer_list<Seen> states) {
  UnseenPath out;
  for (const Seen seen : states) out.add(seen);
  return out;
}

std::string text(const std::vector<UnseenPath>& ways) { return text_of(ways, ">", "|"); }

TEST_CASE("what went unseen is told state by state, and where ways differ either is named once") {
  CHECK(text({}).empty());
  CHECK(text({way({})}).empty());
  CHECK(text({way({fin_wait1, fin_wait2})}) == "FIN_WAIT1>FIN_WAIT2");
  CHECK(text({way({fin_wait1, fin_wait2}), way({fin_wait1, closing})}) == "FIN_WAIT1>FIN_WAIT2|CLOSING");
  CHECK(text({way({kAbsent}), way({close})}) == "ABSENT|CLOSE");
  CHECK(text({way({established, fin_wait2}), way({established, closing}), way({syn_recv, fin_wait2}),
              way({syn_recv, closing})}) == "ESTABLISHED|SYN_RECV>FIN_WAIT2|CLOSING");
}

TEST_CASE("a way remembers its states in their order") {
  const UnseenPath some = way({syn_sent, kAbsent});
  REQUIRE(some.states().size() == 2);
  CHECK(some.states()[0] == syn_sent);
  CHECK(some.states()[1] == kAbsent);
  CHECK_FALSE(some.empty());
  CHECK(way({}).empty());
}

TEST_CASE("verdicts are counted, together and by themselves") {
  VerdictCounts counts;
  counts.add(TransitionVerdict::legal);
  counts.add(TransitionVerdict::reuse);
  counts.add(TransitionVerdict::reuse);
  CHECK(counts.total() == 3);
  CHECK(counts.count(TransitionVerdict::legal) == 1);
  CHECK(counts.count(TransitionVerdict::reuse) == 2);
  CHECK(counts.count(TransitionVerdict::quirk) == 0);
  CHECK(counts.count(TransitionVerdict::illegal) == 0);
}

}  // namespace
}  // namespace tcpstat
