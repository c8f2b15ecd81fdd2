// TIME_WAIT: held against the limit of the kernel.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("TIME_WAIT is held against its limit and never against a number") {
  struct Case {
    std::uint64_t count;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{
           {{699, Severity::ok}, {700, Severity::info}, {949, Severity::info}, {950, Severity::warning}}}) {
    CAPTURE(one.count);
    Diagnosing run;
    run.rule_limits.settings.max_tw_buckets = 1000;
    run.facts.usage.tw = one.count;
    CHECK(run.verdict("time-wait-limit") == one.expected);
  }
  Diagnosing unknown;
  unknown.facts.usage.tw = 1'000'000;
  CHECK(unknown.finish().empty());
}

TEST_CASE("without /proc/net/sockstat time-wait sockets are counted, those of FIN_WAIT2 too") {
  Diagnosing run;
  run.rule_limits.settings.max_tw_buckets = 1000;
  Connection row = served(State::time_wait);
  row.minisocket = true;
  run.rows(400, row);
  row.state = State::fin_wait2;
  row.age_ms = 100;
  run.rows(300, row);
  CHECK(run.verdict("time-wait-limit") == Severity::info);
}

TEST_CASE("a time-wait socket that was dropped is a warning: nobody but late segments notices") {
  Diagnosing run;
  run.rule_limits.settings.max_tw_buckets = 1000;
  run.facts.usage.tw = 10;
  run.facts.counters.time_wait_overflow = 5;
  CHECK(run.verdict("time-wait-limit") == Severity::ok);  // since boot
  run.before = run.facts;
  CHECK(run.verdict("time-wait-limit") == Severity::ok);
  run.before->counters.time_wait_overflow = 4;
  const auto all = run.finish("time-wait-limit");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(evidence(all[0], "time_wait_overflows") == 1);
  CHECK(told(all[0]) ==
        "10 time-wait sockets, tcp_max_tw_buckets is 1000, 1 was dropped just now: new ones end without their wait");
  CHECK(all[0].advice == "keep connections open, or raise the limit");
  run.before->counters.time_wait_overflow = 6;  // a reset
  CHECK(run.verdict("time-wait-limit") == Severity::ok);
}

TEST_CASE("a FIN_WAIT2 socket that a program holds is no time-wait socket") {
  Diagnosing run;
  run.rule_limits.settings.max_tw_buckets = 100;
  run.rows(99, served(State::fin_wait2));
  CHECK(run.verdict("time-wait-limit") == Severity::ok);
}
