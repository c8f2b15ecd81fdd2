#include "trace/transition_judge.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::trace {
namespace {

TEST_CASE("each transition is judged by how it was observed, and the answer goes back to the source") {
  Judgement last;
  Flow answer = Flow::more;
  TransitionJudge judge([&](const Transition&, const Judgement& judgement) {
    last = judgement;
    return answer;
  });
  Transition of;
  of.from = State::fin_wait1;
  of.to = State::time_wait;
  CHECK(judge.transition(of) == Flow::more);
  CHECK(last.verdict == TransitionVerdict::illegal);
  of.observed = Observed::sampled;
  answer = Flow::stop;
  CHECK(judge.transition(of) == Flow::stop);
  CHECK(last.verdict == TransitionVerdict::legal);
  CHECK(last.path.empty());
  CHECK(last.paths.size() == 2);
  of.sameness = Sameness::reused;
  judge.transition(of);
  CHECK(last.verdict == TransitionVerdict::reuse);
  of.observed = Observed::exact;
  of.from = ObservedState::request();
  judge.transition(of);
  CHECK(last.verdict == TransitionVerdict::illegal);
}

}  // namespace
}  // namespace tcpstat::trace
