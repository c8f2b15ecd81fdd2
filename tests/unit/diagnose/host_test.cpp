// What the kernel has too little of: memory, orphans.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("memory is held against tcp_mem") {
  struct Case {
    std::uint64_t pages;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{
           {{999, Severity::ok}, {1000, Severity::warning}, {1899, Severity::warning}, {1900, Severity::critical}}}) {
    CAPTURE(one.pages);
    Diagnosing run;
    run.rule_limits.settings.tcp_mem_pages = {500, 1000, 2000};
    run.facts.usage.mem_pages = one.pages;
    CHECK(run.verdict("tcp-memory") == one.expected);
  }
  Diagnosing unknown;
  unknown.facts.usage.mem_pages = 1'000'000;
  CHECK(unknown.finish().empty());
}

TEST_CASE("orphans are held against tcp_max_orphans") {
  struct Case {
    std::uint64_t count;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{
           {{249, Severity::ok}, {250, Severity::warning}, {499, Severity::warning}, {500, Severity::critical}}}) {
    CAPTURE(one.count);
    Diagnosing run;
    run.rule_limits.settings.max_orphans = 1000;
    run.facts.usage.orphan = one.count;
    CHECK(run.verdict("orphans") == one.expected);
    if (one.expected != Severity::ok) {
      CHECK(run.finish("orphans").at(0).next ==
            "tcpstat summary --by state,remote_prefix --state FIN_WAIT1,LAST_ACK,CLOSING");
    }
  }
}
