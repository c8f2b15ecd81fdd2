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

TEST_CASE("a limit that is not known, or zero, is none") {
  struct Case {
    const char* what;
    std::optional<std::uint64_t> pressure;
    std::optional<std::uint64_t> most;
    std::optional<std::uint64_t> used;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 7>{{{"both", 1, 1, 1, Severity::critical},
                                              {"no pressure", 0, 2000, 1, Severity::ok},
                                              {"no most", 500, 0, 501, Severity::ok},
                                              {"pressure is not known", {}, 1, 1, Severity::ok},
                                              {"most is not known", 1, {}, 1, Severity::ok},
                                              {"use is not known", 1, 1, {}, Severity::ok},
                                              {"no use", 1, 1, 0, Severity::ok}}}) {
    CAPTURE(one.what);
    Diagnosing run;
    run.rule_limits.settings.tcp_mem_pages = {0, one.pressure, one.most};
    run.facts.usage.mem_pages = one.used;
    CHECK(run.verdict("tcp-memory") == one.expected);
  }
  for (const std::optional<std::int64_t> most : {std::optional<std::int64_t>(0), std::optional<std::int64_t>(-1), {}}) {
    Diagnosing run;
    run.rule_limits.settings.max_orphans = most;
    run.facts.usage.orphan = 5;
    CHECK(run.verdict("orphans") == Severity::ok);
  }
  Diagnosing unknown;
  unknown.rule_limits.settings.max_orphans = 1;
  CHECK(unknown.verdict("orphans") == Severity::ok);
  unknown.rule_limits.settings.max_orphans = 1;
  unknown.facts.usage.orphan = 1;
  CHECK(unknown.verdict("orphans") == Severity::critical);
}

TEST_CASE("memory and orphans are told with their numbers, what follows and what to do") {
  Diagnosing run;
  run.rule_limits.settings.tcp_mem_pages = {500, 1000, 2000};
  run.facts.usage.mem_pages = 1000;
  run.rule_limits.settings.max_orphans = 1000;
  run.facts.usage.orphan = 250;
  const Finding pressed = run.finish("tcp-memory").at(0);
  CHECK(pressed.value == 1000);
  CHECK(pressed.unit == "pages");
  CHECK(pressed.warning == 1000);
  CHECK(pressed.critical == 1900);
  CHECK(pressed.subject == "host");
  CHECK(pressed.message == "TCP holds 1000 pages, of at most 2000");
  CHECK(pressed.why == "the kernel shrinks windows and buffers");
  CHECK(pressed.advice == "find out who holds it, then raise net.ipv4.tcp_mem");
  CHECK(pressed.next.ends_with(" --sort recv_queue:desc --limit 20 -p"));
  CHECK(pressed.evidence.at(0).limit == 1000);
  CHECK(evidence(pressed, "tcp_memory") == 1000);
  const Finding orphans = run.finish("orphans").at(0);
  CHECK(orphans.value == 0.25);
  CHECK(orphans.unit == "ratio");
  CHECK(orphans.warning == 0.25);
  CHECK(orphans.critical == 0.5);
  CHECK(orphans.message == "250 connections that no process holds, tcp_max_orphans is 1000");
  CHECK(orphans.brief == "250 orphaned connections of at most 1000");
  CHECK(orphans.evidence.at(0).limit == 0.25);
  CHECK(evidence(orphans, "share_of_limit") == 0.25);
  CHECK(evidence(orphans, "orphans") == 250);
  run.facts.usage.mem_pages = 1900;
  const Finding full = run.finish("tcp-memory").at(0);
  CHECK(full.why == "segments are dropped and orphans reset");
  CHECK(full.evidence.at(0).limit == 1900);
}
