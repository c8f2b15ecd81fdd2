// What the kernel has too little of: memory, orphans, tracked connections.

#include <doctest/doctest.h>

#include <array>
#include <chrono>

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

namespace {

/// So many of 1000 entries, and so many packets dropped in four seconds.
void track(Diagnosing& run, std::int64_t count, std::optional<std::uint64_t> dropped) {
  run.rule_limits.settings.conntrack_count = count;
  run.rule_limits.settings.conntrack_max = 1000;
  run.facts.filters.conntrack_drop = 500;
  if (!dropped) return;
  run.before.emplace().filters.conntrack_drop = 500 - *dropped;
  run.facts.boot_time = std::chrono::seconds(4);
}

}  // namespace

TEST_CASE("the connection tracking table is trouble when it is nearly full, and critical when it drops packets") {
  struct Case {
    std::int64_t count;
    std::optional<std::uint64_t> dropped;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 8>{{{799, {}, Severity::ok},
                                              {800, {}, Severity::warning},
                                              {1000, {}, Severity::warning},
                                              {1000, 0, Severity::warning},
                                              {950, 1, Severity::critical},
                                              {949, 1, Severity::warning},
                                              {10, 1, Severity::warning},
                                              {10, 0, Severity::ok}}}) {
    CAPTURE(one.count);
    Diagnosing run;
    track(run, one.count, one.dropped);
    CHECK(run.verdict("conntrack-full") == one.expected);
  }
}

TEST_CASE("a full connection tracking table is told with what it drops") {
  Diagnosing run;
  track(run, 1000, 79);
  run.before->filters.conntrack_early_drop = 3;
  run.facts.filters.conntrack_early_drop = 5;
  const Finding full = run.finish("conntrack-full").at(0);
  CHECK(full.subject == "host");
  CHECK(full.message == "The connection tracking table is full (1000 of 1000), 79 packets were dropped just now");
  CHECK(full.brief == "conntrack table is full (1000 of 1000)");
  CHECK(full.why == "packets of new connections are lost, whoever sends them");
  CHECK(full.next == "conntrack -S");
  CHECK(full.value == 1);
  CHECK(full.warning == 0.8);
  CHECK(full.critical == 0.95);
  CHECK(evidence(full, "share_of_limit") == 1);
  CHECK(evidence(full, "tracked_connections") == 1000);
  CHECK(evidence(full, "dropped_for_room") == 79);
  CHECK(evidence(full, "dropped_early") == 2);
  run.before->filters.conntrack_drop = 500;
  const Finding room = run.finish("conntrack-full").at(0);
  CHECK(room.severity == Severity::warning);
  CHECK(room.why ==
        "new connections take the entries of those that have had no answer; where none is left to take, their packets "
        "are lost");
  Diagnosing nearly;
  track(nearly, 800, {});
  const Finding found = nearly.finish("conntrack-full").at(0);
  CHECK(found.message == "The connection tracking table is nearly full (800 of 1000)");
  CHECK(found.why == "once it is full, packets of new connections are lost, whoever sends them");
  CHECK(found.evidence.size() == 2);
  Diagnosing past;
  track(past, 10, 1);
  CHECK(
      past.finish("conntrack-full").at(0).message ==
      "The connection tracking table was full, and is not at this moment (10 of 1000), 1 packet was dropped just now");
}

TEST_CASE("packets that made the same entry at once were not dropped for want of room") {
  Diagnosing run;
  track(run, 10, 7);
  run.before->filters.conntrack_insert_failed = 1;
  run.facts.filters.conntrack_insert_failed = 8;
  CHECK(run.verdict("conntrack-full") == Severity::ok);
  run.facts.filters.conntrack_insert_failed = 7;
  CHECK(run.verdict("conntrack-full") == Severity::warning);
}

TEST_CASE("memory and orphans are judged by no one where their limits or their use do not show") {
  struct Case {
    std::string_view name;
    bool mem;
    bool orphans;
    bool usage;
    std::size_t unseen;
  };
  for (const Case& one : {Case{"all", true, true, true, 0}, Case{"no tcp_mem", false, true, true, 1},
                          Case{"no limit of orphans", true, false, true, 1}, Case{"no use", true, true, false, 2}}) {
    CAPTURE(one.name);
    Diagnosing run;
    if (!one.mem) run.rule_limits.settings.tcp_mem_pages[2].reset();
    if (!one.orphans) run.rule_limits.settings.max_orphans.reset();
    if (!one.usage) run.facts.usage = {};
    run.finish();
    const auto unseen = run.diagnoser().not_seen();
    REQUIRE(unseen.size() == one.unseen);
    for (const auto& rule : unseen) CHECK(rule.not_at_all);
    if (one.unseen == 1) CHECK(unseen[0].rule == (one.mem ? "orphans" : "tcp-memory"));
  }
}

TEST_CASE("where nobody counts what connection tracking drops, a nearly full table says so") {
  Diagnosing run;
  track(run, 800, {});
  run.facts.filters.conntrack_drop.reset();
  CHECK(run.verdict("conntrack-full") == Severity::warning);
  REQUIRE(run.diagnoser().not_seen().size() == 1);
  CHECK(run.diagnoser().not_seen()[0].what ==
        "whether the connection tracking table drops packets: /proc/net/stat/nf_conntrack is not there");
  Diagnosing empty;
  track(empty, 799, {});
  empty.facts.filters.conntrack_drop.reset();
  CHECK(empty.finish().empty());
  CHECK(empty.diagnoser().not_seen().empty());
  Diagnosing untracked;
  track(untracked, 5, {});
  untracked.rule_limits.settings.conntrack_max = 0;
  CHECK(untracked.finish().empty());
}
