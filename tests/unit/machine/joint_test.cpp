#include "machine/joint.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "machine/tables.h"
#include "machine/two_ends.h"

namespace tcpstat::machine {
namespace {

using test::Config;
using test::Search;
using enum State;

using Pair = std::pair<std::size_t, std::size_t>;

Pair pair_of(Seen a, Seen b) { return std::minmax({index(a), index(b)}); }

/// What a search of every configuration tells of each pair of states.
std::map<Pair, Joint> derive() {
  Search search(Search::Options::linux_too);
  const auto& all = search.run();
  std::map<Pair, Joint> derived;
  // The strongest word for a pair wins; Joint lists them from strong to weak, but that overflow is the likelier cause.
  const auto rank = [](Joint joint) {
    return joint == Joint::overflow ? 1 : joint == Joint::blocked ? 2 : static_cast<int>(joint) * 10;
  };
  const auto put = [&](Seen a, Seen b, Joint joint) {
    const auto [at, added] = derived.emplace(pair_of(a, b), joint);
    if (!added && rank(joint) < rank(at->second)) at->second = joint;
  };
  for (const auto& [key, config] : all) {
    Joint joint = Joint::passes;
    if (config.lasting()) {
      joint = config.overflowed ? Joint::overflow : config.blocked ? Joint::blocked : Joint::lasts;
    }
    put(config.seen(0), config.seen(1), joint);
  }
  // A dump reads one end now and the other later: what each end can still become.
  std::map<std::string, std::array<std::set<std::size_t>, 2>> later;
  for (const auto& [key, config] : all) {
    for (std::size_t i = 0; i < 2; ++i) later[key][i].insert(index(config.seen(i)));
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [key, nexts] : search.steps()) {
      for (const std::string& next : nexts) {
        for (std::size_t i = 0; i < 2; ++i) {
          const std::size_t before = later[key][i].size();
          const std::set<std::size_t> more = later[next][i];
          later[key][i].insert(more.begin(), more.end());
          changed |= later[key][i].size() != before;
        }
      }
    }
  }
  for (const auto& [key, config] : all) {
    for (std::size_t i = 0; i < 2; ++i) {
      for (const std::size_t other : later[key][1 - i]) put(config.seen(i), seen_at(other), Joint::one_dump);
    }
  }
  return derived;
}

TEST_CASE("a search over two machines joined by queues finds the table that ships") {
  const auto derived = derive();
  CHECK(joint_pairs().size() == 55);
  for (const JointPair& pair : joint_pairs()) {
    CAPTURE(name(pair.a));
    CAPTURE(name(pair.b));
    const auto found = derived.find(pair_of(pair.a, pair.b));
    CHECK((found == derived.end() ? Joint::never : found->second) == pair.joint);
  }
  for (const auto& [pair, joint_word] : derived) {
    CHECK(joint(seen_at(pair.first), seen_at(pair.second)) == joint_word);
  }
}

TEST_CASE("without aborts, timeouts and full queues nothing is possible that was not before") {
  Search search(Search::Options::rfc);
  for (const auto& [key, config] : search.run()) CHECK(joint(config.seen(0), config.seen(1)) < Joint::one_dump);
}

TEST_CASE("possible, impossible in one instant and impossible at all agree with another search") {
  for (const auto& row : test::tables()["joint_possible"]) {
    CAPTURE(row.dump());
    CHECK(joint(test::seen(row[0]), test::seen(row[1])) < Joint::one_dump);
  }
  for (const auto& row : test::tables()["joint_impossible"]) {
    CAPTURE(row.dump());
    CHECK(joint(test::seen(row[0]), test::seen(row[1])) == (row[2] == "never" ? Joint::never : Joint::one_dump));
  }
}

TEST_CASE("pairs are said in either order, and CLOSE is no end of a connection") {
  CHECK(joint(fin_wait2, close_wait) == Joint::lasts);
  CHECK(joint(close_wait, fin_wait2) == Joint::lasts);
  CHECK(joint(close, time_wait) == joint(kAbsent, time_wait));
  CHECK(joint(listen, established) == Joint::never);
}

TEST_CASE("only SYN_SENT can meet what an older connection left behind") {
  CHECK(incarnation(syn_sent, time_wait) == Incarnation::may_be_new);
  CHECK(incarnation(established, syn_sent) == Incarnation::may_be_new);
  CHECK(incarnation(syn_sent, syn_recv) == Incarnation::same);
  CHECK(incarnation(established, time_wait) == Incarnation::same);
  CHECK(incarnation(syn_sent, kAbsent) == Incarnation::same);
}

TEST_CASE("a new connection meets what an older one left behind, and nothing that opens or is not there") {
  for (const Seen other :
       {kAbsent, Seen(State::syn_sent), Seen(State::syn_recv), Seen(State::listen), Seen(State::close)}) {
    CAPTURE(name(other));
    CHECK(incarnation(State::syn_sent, other) == Incarnation::same);
    CHECK(incarnation(other, State::syn_sent) == Incarnation::same);
  }
  for (const State other : {State::established, State::fin_wait1, State::fin_wait2, State::time_wait, State::close_wait,
                            State::last_ack, State::closing}) {
    CAPTURE(name(other));
    CHECK(incarnation(State::syn_sent, other) == Incarnation::may_be_new);
    CHECK(incarnation(other, State::syn_sent) == Incarnation::may_be_new);
    CHECK(incarnation(State::syn_recv, other) == Incarnation::same);
    CHECK(incarnation(kAbsent, other) == Incarnation::same);
  }
}

}  // namespace
}  // namespace tcpstat::machine
