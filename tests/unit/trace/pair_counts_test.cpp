#include "trace/pair_counts.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "trace/judgement.h"

namespace tcpstat::trace {
namespace {

TEST_CASE("what is worst comes first, and each pair keeps the reason of its first time") {
  PairCounts counts;
  const auto add = [&](State from, State to, Observed observed = Observed::exact) {
    Transition of;
    of.from = from;
    of.to = to;
    of.observed = observed;
    counts.add(of, judge(of));
  };
  add(State::syn_recv, State::established);
  add(State::syn_recv, State::established);
  add(State::fin_wait1, State::fin_wait1);
  add(State::established, State::listen);
  add(State::time_wait, State::syn_recv, Observed::sampled);
  std::vector<TransitionVerdict> order;
  for (const auto& [key, pair] : counts.pairs()) {
    order.push_back(key.verdict);
    CHECK_FALSE(pair.reason.empty());
    CHECK_FALSE(pair.reference.empty());
    CHECK(pair.count == (key.verdict == TransitionVerdict::legal ? 2 : 1));
  }
  CHECK(order == std::vector{TransitionVerdict::illegal, TransitionVerdict::reuse, TransitionVerdict::quirk,
                             TransitionVerdict::legal});
  CHECK(counts.total() == 5);
  CHECK(counts.count(TransitionVerdict::legal) == 2);
}

TEST_CASE("the same pair of another protocol, or seen by samples, is another line") {
  PairCounts counts;
  Transition of;
  of.from = State::fin_wait2;
  of.to = State::close;
  for (const Protocol protocol : {Protocol::tcp, Protocol::mptcp}) {
    of.protocol = protocol;
    counts.add(of, judge(of));
  }
  of.observed = Observed::sampled;
  counts.add(of, judge(of));
  CHECK(counts.pairs().size() == 3);
}

}  // namespace
}  // namespace tcpstat::trace
