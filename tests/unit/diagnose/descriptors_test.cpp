// Programs whose connections take nearly all descriptors that they may have.

#include <doctest/doctest.h>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::test;

namespace {
constexpr std::string_view kRule = "descriptors";
constexpr Owner kProxy{812, 0, "proxy"};

Connection opened(State state) {
  return connection(state, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 5432));
}
}  // namespace

TEST_CASE("connections that take most of a program's descriptors are told, whoever opened them") {
  struct Case {
    std::uint64_t limit;
    Severity expected;
  };
  for (const Case& one : {Case{94, Severity::warning}, Case{95, Severity::ok}, Case{87, Severity::warning},
                          Case{86, Severity::critical}, Case{0, Severity::ok}}) {
    CAPTURE(one.limit);
    Diagnosing run;
    run.processes.table[kProxy.pid] = one.limit;
    Connection row = opened(State::established);
    for (int i = 0; i < 80; ++i, ++row.local.port) run.rows(1, row, {}, kProxy);
    row.state = State::close_wait;
    for (int i = 0; i < 5; ++i, ++row.local.port) run.rows(1, row, {}, kProxy);
    row.state = State::time_wait;
    for (int i = 0; i < 20; ++i, ++row.local.port) run.rows(1, row);
    CHECK(run.verdict(kRule) == one.expected);
    if (one.limit != 94) continue;
    const auto found = run.finish(kRule);
    REQUIRE(found.size() == 1);
    CHECK(found[0].subject == "proxy(812)");
    CHECK(found[0].message == "proxy(812) holds 85 connections to :5432, 90 % of the 94 files that it may have open");
    CHECK(found[0].brief == "proxy(812) uses 85 of its 94 descriptors");
    CHECK(found[0].next == "tcpstat summary --by state,remote_address --pid 812");
    CHECK(evidence(found[0], "descriptors_taken") == 85.0 / 94);
  }
}

TEST_CASE("the descriptors of each program are its own, and those of nobody are not counted") {
  Diagnosing run;
  constexpr Owner kOther{813, 0, "other"};
  run.processes.table = {{812, 40}, {813, 1024}};
  run.rows(19, served(State::established), {}, kProxy);
  run.rows(100, served(State::established), {}, kOther);
  run.rows(100, served(State::established));
  CHECK(run.verdict(kRule) == Severity::ok);
  run.processes.table[812] = 20;
  CHECK(run.verdict(kRule) == Severity::ok);  // fewer than twenty
  run.rows(1, served(State::established), {}, kProxy);
  const auto found = run.finish(kRule);
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "proxy(812)");
  CHECK(found[0].severity == Severity::critical);
  CHECK(told(found[0]).starts_with("proxy(812) holds 20 connections on :443, 100 % of the 20 files"));
}
