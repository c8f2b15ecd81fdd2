#include "trace/marked_rows.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"
#include "trace/transition_judge.h"

namespace tcpstat::trace {
namespace {

Connection row(State state, std::uint16_t port) {
  Connection made = test::connection(state, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port));
  made.cookie = port;
  return made;
}

struct Watched {
  std::vector<std::uint64_t> told;
  Flow answer = Flow::more;
  TransitionJudge judge{[this](const Transition& of, const Judgement&) {
    told.push_back(of.cookie.value());
    return answer;
  }};
  SampleDiff diff{judge};
  filter::Filter filter;
};

TEST_CASE("the filter marks rows and leaves none out") {
  Watched watched;
  watched.filter.states = StateSet{State::close_wait};
  MarkedRows rows(watched.filter, watched.diff);
  watched.diff.begin(std::chrono::milliseconds(1));
  rows.start();
  rows.connection(row(State::established, 1));
  rows.connection(row(State::established, 2));
  rows.listener(test::listener(test::endpoint("192.0.2.1", 443)));
  watched.diff.end(SampleDiff::Sample::complete);
  CHECK(rows.tally().total() == 0);
  CHECK(watched.diff.size() == 3);
  watched.diff.begin(std::chrono::milliseconds(2));
  rows.start();
  rows.connection(row(State::close_wait, 1));
  rows.connection(row(State::fin_wait1, 2));
  watched.diff.end(SampleDiff::Sample::complete);
  CHECK(watched.told == std::vector<std::uint64_t>{1});
  CHECK(rows.tally().total() == 1);
}

TEST_CASE("with conditions besides the state the whole filter decides") {
  Watched watched;
  watched.filter.remote_ports = {{2, 2}};
  MarkedRows rows(watched.filter, watched.diff);
  for (const State state : {State::established, State::close_wait}) {
    watched.diff.begin(std::chrono::milliseconds(static_cast<int>(state)));
    rows.connection(row(state, 1));
    rows.connection(row(state, 2));
    watched.diff.end(SampleDiff::Sample::complete);
  }
  CHECK(watched.told == std::vector<std::uint64_t>{2});
}

TEST_CASE("a dump ends when nobody reads what is told") {
  Watched watched;
  watched.answer = Flow::stop;
  MarkedRows rows(watched.filter, watched.diff);
  watched.diff.begin(std::chrono::milliseconds(1));
  CHECK(rows.connection(row(State::established, 1)) == Flow::more);
  watched.diff.end(SampleDiff::Sample::complete);
  watched.diff.begin(std::chrono::milliseconds(2));
  CHECK(rows.connection(row(State::close_wait, 1)) == Flow::stop);
}

}  // namespace
}  // namespace tcpstat::trace
