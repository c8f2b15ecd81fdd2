// Properties of whole lives: what a kernel may print is never accused, and what it never prints always is.

#include "machine/walks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "machine/reachability.h"
#include "trace/judgement.h"

namespace tcpstat::machine {
namespace {

using test::Samples;
using test::Step;
using test::Steps;
using test::Walk;

TransitionVerdict exact(const Step& step) { return trace::judge_exact(step.from, step.to).verdict; }

TEST_CASE("any walk through the Linux table is judged legal, its quirks quirks") {
  CHECK(rc::check("ordinary steps are legal", [] {
    const Walk walk = *test::life(Steps::ordinary);
    for (const Step& step : walk) RC_ASSERT(exact(step) == TransitionVerdict::legal);
  }));
  CHECK(rc::check("with quirks nothing is illegal, and a step onto itself is a quirk", [] {
    const Walk walk = *test::life(Steps::with_quirks);
    for (const Step& step : walk)
      RC_ASSERT(exact(step) == (step.from == step.to ? TransitionVerdict::quirk : TransitionVerdict::legal));
  }));
}

TEST_CASE("any walk with one illegal step is caught, at that step and nowhere else") {
  CHECK(rc::check("one step replaced", [] {
    Walk walk = *test::life(Steps::ordinary);
    const auto at = *rc::gen::inRange<std::size_t>(0, walk.size());
    walk[at].to = *rc::gen::elementOf(test::never_next(walk[at].from));
    for (std::size_t i = 0; i < walk.size(); ++i)
      RC_ASSERT((exact(walk[i]) == TransitionVerdict::illegal) == (i == at));
  }));
  CHECK(rc::check("one step left out: the pair around it is legal only where the kernel has such a step", [] {
    const Walk walk = *test::life(Steps::ordinary);
    RC_PRE(walk.size() >= 2U);
    const auto at = *rc::gen::inRange<std::size_t>(1, walk.size());
    const Step joined{walk[at - 1].from, walk[at].to};
    const auto next = test::next_states(joined.from, Steps::ordinary);
    const bool known = std::find(next.begin(), next.end(), joined.to) != next.end();
    RC_ASSERT((exact(joined) == TransitionVerdict::legal) == known);
  }));
}

TEST_CASE("any sample subsequence of a legal walk is judged legal and free of reuse") {
  CHECK(rc::check("whatever was slept through", [] {
    const Walk walk = *test::life(Steps::with_quirks);
    const Samples all = *test::visible(walk);
    const Samples some = *test::some_of(all);
    for (std::size_t i = 1; i < some.size(); ++i) {
      RC_ASSERT(trace::judge_sampled(some[i - 1], some[i], Sameness::same).verdict == TransitionVerdict::legal);
      RC_ASSERT(trace::judge_sampled(some[i - 1], some[i], Sameness::doubtful).verdict == TransitionVerdict::legal);
    }
  }));
  CHECK(rc::check("no more states are named than were passed", [] {
    const Samples all = *test::visible(*test::life(Steps::ordinary));
    const auto first = *rc::gen::inRange<std::size_t>(0, all.size());
    const auto last = *rc::gen::inRange<std::size_t>(first, all.size());
    RC_ASSERT(reach(all[first], all[last]).steps() <= last - first);
  }));
}

TEST_CASE("a life seen backwards needs another connection") {
  CHECK(rc::check("no two states of a life can follow each other both ways", [] {
    const Samples all = *test::visible(*test::life(Steps::ordinary));
    RC_PRE(all.size() >= 4U);  // two states between absent and absent
    const auto first = *rc::gen::inRange<std::size_t>(1, all.size() - 2);
    const auto last = *rc::gen::inRange<std::size_t>(first + 1, all.size() - 1);
    RC_ASSERT(trace::judge_sampled(all[last], all[first], Sameness::same).verdict == TransitionVerdict::reuse);
  }));
}

TEST_CASE("what comes after a life on the same tuple is called reuse, whatever it looks like") {
  CHECK(rc::check("two lives, two cookies", [] {
    const Samples before = *test::visible(*test::life(Steps::ordinary));
    const Samples after = *test::visible(*test::life(Steps::ordinary));
    const Seen was = *rc::gen::elementOf(before);
    const Seen is = *rc::gen::elementOf(after);
    RC_ASSERT(trace::judge_sampled(was, is, Sameness::reused).verdict == TransitionVerdict::reuse);
  }));
}

}  // namespace
}  // namespace tcpstat::machine
