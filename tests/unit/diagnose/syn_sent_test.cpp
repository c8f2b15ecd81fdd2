// SYN_SENT: attempts that nobody answers.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Connection attempt(std::uint32_t retransmits, std::uint32_t timer_ms = 500) {
  Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40000), endpoint("198.51.100.7", 443));
  row.timer = TimerKind::retransmit;
  row.timer_ms = timer_ms;
  row.retransmits = retransmits;
  return row;
}

/// `count` from a local port each to one destination.
void attempts(Diagnosing& run, std::size_t count, Connection row, const Owner& owner = {}) {
  for (std::size_t i = 0; i < count; ++i, ++row.local.port) run.rows(1, row, {}, owner);
}

}  // namespace

TEST_CASE("unanswered attempts to one destination") {
  struct Case {
    std::string_view name;
    std::size_t count;
    std::uint32_t retransmits;
    Severity alone;
    Severity beside_others;
  };
  for (const Case& one : std::array<Case, 5>{{
           {"one SYN lost each", 500, 1, Severity::ok, Severity::ok},
           {"two attempts", 2, 2, Severity::ok, Severity::ok},
           {"three", 3, 2, Severity::critical, Severity::warning},
           {"nineteen", 19, 2, Severity::critical, Severity::warning},
           {"twenty", 20, 2, Severity::critical, Severity::critical},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    attempts(run, one.count, attempt(one.retransmits));
    CHECK(run.verdict("syn-sent-blackhole") == one.alone);
    Connection works = attempt(0);
    works.state = State::established;
    works.local.port = 50000;
    run.rows(1, works);
    CHECK(run.verdict("syn-sent-blackhole") == one.beside_others);
  }
}

TEST_CASE("attempts to different destinations are not added up") {
  Diagnosing run;
  for (std::uint16_t port = 1; port <= 200; ++port) {
    Connection row = attempt(3);
    row.remote.port = port;
    run.rows(1, row);
  }
  CHECK(run.verdict("syn-sent-blackhole") == Severity::ok);
}

TEST_CASE("an attempt is as old as its timeouts: linear ones first") {
  struct Case {
    std::optional<std::uint32_t> linear;
    std::uint32_t retransmits;
    std::uint32_t timer_ms;
    double seconds;
  };
  for (const Case& one : std::array<Case, 6>{
           {{4, 2, 400, 2.6}, {4, 5, 1000, 6}, {4, 6, 3000, 8}, {4, 7, 3000, 16}, {0, 3, 7000, 8}, {{}, 6, 3000, 8}}}) {
    CAPTURE(one.retransmits);
    Diagnosing run;
    run.rule_limits.limits.syn_linear_timeouts = one.linear;
    attempts(run, 3, attempt(one.retransmits, one.timer_ms));
    CHECK(evidence(run.finish("syn-sent-blackhole").at(0), "oldest_s") == doctest::Approx(one.seconds));
  }
}

TEST_CASE("a blackhole is told with the program that falls into it") {
  Diagnosing run;
  attempts(run, 4, attempt(6, 3000), Owner{55, 9, "worker"});
  const auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "198.51.100.7:443");
  CHECK(all[0].message ==
        "198.51.100.7:443 does not answer 4 connection attempts of worker(55), the oldest for 8 s, and nothing else to "
        "it "
        "works: it is down, or a firewall drops the SYN");
  CHECK(all[0].next == "tcpstat --state SYN_SENT -p --remote 198.51.100.7:443");
}
