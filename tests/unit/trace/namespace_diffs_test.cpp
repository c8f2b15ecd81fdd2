#include "trace/namespace_diffs.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "support/rows.h"
#include "trace/transition_judge.h"

namespace tcpstat::trace {
namespace {

/// The same addresses, ports and cookie in whichever namespace: on older kernels each counts its cookies from one.
Connection row(State state, std::uint64_t netns) {
  Connection made = test::connection(state, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));
  made.cookie = 1;
  made.netns = netns;
  return made;
}

struct Watched {
  std::vector<std::string> told;
  TransitionJudge judge{[this](const Transition& of, const Judgement&) {
    told.push_back(std::to_string(of.netns.value_or(0)) + " " + std::string(name(of.from)) + " " +
                   std::string(name(of.to)));
    return Flow::more;
  }};
  filter::Filter filter;
  NamespaceDiffs diffs{filter, judge};
  int time = 0;

  void sample(const std::vector<Connection>& rows, const std::vector<NamespaceRead>& read,
              SampleDiff::Sample whole = SampleDiff::Sample::complete) {
    diffs.begin(std::chrono::milliseconds(++time));
    for (const Connection& one : rows) diffs.connection(one);
    Coverage coverage;
    coverage.namespaces = read;
    diffs.end(whole, coverage);
  }
};

NamespaceRead read(std::uint64_t inode, bool complete = true) { return {inode, "", std::nullopt, complete}; }

TEST_CASE("rows are compared with those of their own namespace") {
  Watched watched;
  watched.sample({row(State::established, 7), row(State::close_wait, 8)}, {read(7), read(8)});
  CHECK(watched.told.empty());
  watched.sample({row(State::fin_wait1, 7), row(State::close_wait, 8)}, {read(7), read(8)});
  CHECK(watched.told == std::vector<std::string>{"7 ESTABLISHED FIN_WAIT1"});
  CHECK(watched.diffs.tally().total() == 2);
}

TEST_CASE("one namespace alone is not named") {
  Watched watched;
  watched.sample({row(State::established, 0)}, {});
  watched.sample({row(State::close_wait, 0)}, {});
  CHECK(watched.told == std::vector<std::string>{"0 ESTABLISHED CLOSE_WAIT"});
  watched.sample({}, {});
  watched.sample({}, {});
  CHECK(watched.told.size() == 2);
}

TEST_CASE("sockets of a namespace that was made since are new, and those of one that ended are gone") {
  Watched watched;
  watched.sample({row(State::established, 7)}, {read(7)});
  watched.sample({row(State::established, 7), row(State::syn_sent, 8)}, {read(7), read(8)});
  REQUIRE(watched.told.size() == 1);
  CHECK(watched.told[0].starts_with("8 "));
  CHECK(watched.told[0].ends_with(" SYN_SENT"));
  watched.sample({row(State::established, 7)}, {read(7)});
  watched.sample({row(State::established, 7)}, {read(7)});
  REQUIRE(watched.told.size() == 2);
  CHECK(watched.told[1].starts_with("8 SYN_SENT "));
  CHECK(watched.diffs.size() == 1);
}

TEST_CASE("one that could not be read shows nothing gone, and takes nothing from the others") {
  Watched watched;
  watched.sample({row(State::established, 7), row(State::established, 8)}, {read(7), read(8)});
  for (int i = 0; i < 3; ++i) {
    watched.sample({row(State::established, 8)}, {read(7, false), read(8)}, SampleDiff::Sample::partial);
  }
  CHECK(watched.told.empty());
  for (int i = 0; i < 2; ++i) watched.sample({}, {read(7, false), read(8)}, SampleDiff::Sample::partial);
  REQUIRE(watched.told.size() == 1);
  CHECK(watched.told[0].starts_with("8 "));
}

TEST_CASE("sockets of a namespace that a partial sample did not show are not new") {
  Watched watched;
  watched.sample({row(State::established, 7)}, {read(7)}, SampleDiff::Sample::partial);
  watched.sample({row(State::established, 7), row(State::established, 8)}, {read(7), read(8)});
  CHECK(watched.told.empty());
}

TEST_CASE("one that is read and has no sockets is remembered, so that its next one is new") {
  Watched watched;
  const std::vector<Connection> first = {row(State::established, 7)};
  watched.sample({first[0], row(State::established, 8)}, {read(7), read(8)});
  for (int i = 0; i < 2; ++i) watched.sample(first, {read(7), read(8)});
  watched.told.clear();
  watched.sample(first, {read(7, false), read(8)}, SampleDiff::Sample::partial);
  CHECK(watched.diffs.size() == 2);
  watched.sample({first[0], row(State::syn_sent, 8)}, {read(7), read(8)});
  REQUIRE(watched.told.size() == 1);
  CHECK(watched.told[0].starts_with("8 "));
  CHECK(watched.told[0].ends_with(" SYN_SENT"));
}

}  // namespace
}  // namespace tcpstat::trace
