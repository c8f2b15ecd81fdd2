// Attempts of this host that are refused, by counters alone.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::test;

namespace {

constexpr const char* kRefusedAttempts = "outgoing-refused";

/// Ten seconds in which so many attempts failed, and so many requests of clients were reset.
void refused_in_ten_seconds(Diagnosing& run, std::uint64_t failed, std::uint64_t of_clients, std::uint64_t resets = 0) {
  run.before.emplace();
  run.before->counters.attempt_fails = run.before->counters.embryonic_rsts = run.before->counters.out_rsts = 0;
  run.facts.counters.attempt_fails = failed;
  run.facts.counters.embryonic_rsts = of_clients;
  run.facts.counters.out_rsts = resets;
  run.facts.boot_time = std::chrono::seconds(10);
}

}  // namespace

TEST_CASE("attempts of this host that are refused are told by counters, for no list shows them") {
  Diagnosing run;
  refused_in_ten_seconds(run, 300, 0);
  const auto found = run.finish(kRefusedAttempts);
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::warning);
  CHECK(found[0].sentence() ==
        "30 connections a second that this host opens are refused: the service that they go to is down, a firewall "
        "rejects them, or a program here scans; find out which program opens them, and where to");
  CHECK(found[0].next == "tcpstat trace -p -s SYN_SENT --duration 10");
  const auto unseen = run.diagnoser().not_seen();
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].what.starts_with("who refuses the connections that this host opens"));
}

TEST_CASE("requests of clients that are reset are no attempts of this host, and few attempts say nothing") {
  Diagnosing clients;
  refused_in_ten_seconds(clients, 300, 295);
  CHECK(clients.verdict(kRefusedAttempts) == Severity::ok);
  CHECK(clients.diagnoser().not_seen().empty());
  Diagnosing once;
  once.facts.counters.attempt_fails = 300;
  once.facts.counters.embryonic_rsts = 0;
  CHECK(once.verdict(kRefusedAttempts) == Severity::ok);
}

TEST_CASE("without either counter nobody knows which attempts are this host's") {
  for (const bool failed : {true, false}) {
    Diagnosing run;
    refused_in_ten_seconds(run, 300, 0);
    (failed ? run.facts.counters.attempt_fails : run.facts.counters.embryonic_rsts).reset();
    CHECK(run.verdict(kRefusedAttempts) == Severity::ok);
  }
}

TEST_CASE("who refuses its own attempts is told so, and who gives up is not taken for refused") {
  Diagnosing local;
  refused_in_ten_seconds(local, 100, 0, 100);
  CHECK(local.finish(kRefusedAttempts).at(0).why == "this host answers them itself: nothing listens where they go");
  CHECK(local.verdict(kRefusedAttempts) == Severity::warning);
  // RSTs of programs that break their connections off answer no attempt.
  const auto& refused = "the service that they go to is down, a firewall rejects them, or a program here scans";
  local.before->counters.abort_on_close = local.before->counters.abort_on_data = 0;
  local.facts.counters.abort_on_close = 8;
  local.facts.counters.abort_on_data = 3;
  CHECK(local.finish(kRefusedAttempts).at(0).why == refused);
  CHECK(evidence(local.finish(kRefusedAttempts).at(0), "resets_sent") == doctest::Approx(8.9));
  local.facts.counters.abort_on_data = 2;
  CHECK(local.finish(kRefusedAttempts).at(0).why != refused);
  local.facts.counters.abort_on_data = 500;
  CHECK(evidence(local.finish(kRefusedAttempts).at(0), "resets_sent") == 0);
  Diagnosing unanswered;
  refused_in_ten_seconds(unanswered, 100, 0);
  Connection waiting = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  waiting.retransmits = 1;
  unanswered.rows(2, waiting);
  CHECK(unanswered.finish(kRefusedAttempts).at(0).message ==
        "10 connections a second that this host opens are refused, or given up without an answer");
}

TEST_CASE("attempts that ICMP ends inside connect(2) are refused, though AttemptFails lacks them") {
  struct Case {
    std::string_view name;
    std::uint64_t failed;
    std::uint64_t locked;
    std::uint64_t unreachables;
    std::uint64_t opened;
    double per_s;
  };
  for (const Case& one : {Case{"none waits", 0, 250, 250, 250, 25}, Case{"all wait", 250, 250, 250, 250, 25},
                          Case{"errors about open connections", 0, 250, 250, 0, 0},
                          Case{"other errors", 0, 20, 250, 250, 2}, Case{"no unreachable", 100, 250, 0, 250, 10}}) {
    CAPTURE(one.name);
    Diagnosing run;
    refused_in_ten_seconds(run, one.failed, 0);
    KernelCounters& before = run.before->counters;
    before.lock_dropped_icmps = before.icmp_in_unreachables = before.icmp_out_unreachables = before.active_opens = 0;
    run.facts.counters.lock_dropped_icmps = one.locked;
    run.facts.counters.icmp_in_unreachables = one.unreachables;
    run.facts.counters.icmp_out_unreachables = 0;
    run.facts.counters.active_opens = one.opened;
    const auto found = run.finish(kRefusedAttempts);
    CHECK((found.empty() ? 0 : evidence(found[0], "attempts_refused").value_or(0)) == one.per_s);
    // This host is the source of the errors.
    run.facts.counters.icmp_out_unreachables = one.unreachables;
    const bool own = one.unreachables >= 225 && one.per_s > 0;
    const auto why = run.finish(kRefusedAttempts);
    CHECK((!why.empty() && why[0].why.starts_with("this host itself says so by ICMP")) == own);
  }
}

TEST_CASE("connections that peers reset are worth knowing beside those that this host opens") {
  struct Case {
    std::string_view name;
    std::uint64_t resets;
    std::uint64_t accepted;
    std::uint64_t timed_out;
    std::uint64_t broken_off;
    std::uint64_t opened;
    double told;
  };
  for (const Case& one :
       {Case{"all", 30, 0, 0, 0, 30, 30}, Case{"half", 30, 0, 0, 0, 60, 30}, Case{"fewer", 30, 0, 0, 0, 61, 0},
        Case{"of clients", 30, 30, 0, 0, 30, 0}, Case{"by a program here", 30, 0, 0, 30, 30, 0},
        Case{"timed out", 30, 0, 30, 0, 30, 0}, Case{"some of each", 60, 10, 10, 10, 30, 30},
        Case{"opened before", 30, 0, 0, 0, 10, 30}, Case{"too few", 4, 0, 0, 0, 4, 0}}) {
    CAPTURE(one.name);
    Diagnosing run;
    KernelCounters& before = run.before.emplace().counters;
    before.estab_resets = before.passive_opens = before.abort_on_timeout = before.abort_on_close = 0;
    before.active_opens = 0;
    KernelCounters& now = run.facts.counters;
    now.estab_resets = one.resets;
    now.passive_opens = one.accepted;
    now.abort_on_timeout = one.timed_out;
    now.abort_on_close = one.broken_off;
    now.active_opens = one.opened;
    const auto found = run.finish(kRefusedAttempts);
    CHECK((found.empty() ? 0 : evidence(found[0], "reset_by_peers").value_or(0)) == one.told);
    if (found.empty()) continue;
    CHECK(found[0].severity == Severity::info);
    if (one.name == "half") {
      CHECK(found[0].message == "Peers reset 30 open connections just now, while this host opened 60");
      CHECK(found[0].next == "tcpstat trace -p --lives --duration 10");
    }
    // What is not known is no sign of it.
    now.abort_on_timeout.reset();
    CHECK(run.finish(kRefusedAttempts).empty());
  }
}

TEST_CASE("one a second is one") {
  Diagnosing run;
  run.rule_limits.thresholds.set(kRefusedAttempts, "warning", 1);
  refused_in_ten_seconds(run, 14, 0);
  const Finding found = run.finish(kRefusedAttempts).at(0);
  CHECK(found.message == "1 connection a second that this host opens is refused");
  CHECK(found.brief == "1 outgoing connection a second refused");
}

TEST_CASE("a program that tries ::1 first and goes on by 127.0.0.1 has no trouble") {
  const auto severity = [](std::optional<std::uint64_t> opened, std::uint64_t resets) {
    Diagnosing run;
    refused_in_ten_seconds(run, 100, 0, resets);
    run.before->counters.active_opens = 0;
    run.facts.counters.active_opens = opened;
    return run.verdict(kRefusedAttempts);
  };
  CHECK(severity(200, 100) == Severity::info);
  CHECK(severity(110, 100) == Severity::warning);
  CHECK(severity(std::nullopt, 100) == Severity::warning);
  // Another host refuses them.
  CHECK(severity(200, 0) == Severity::warning);
}

TEST_CASE("attempts that time out are told with those that wait, and not as refused") {
  Connection waiting = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  waiting.retransmits = 1;
  const auto told = [&](std::size_t rows, std::optional<std::uint64_t> timed_out) {
    Diagnosing run;
    refused_in_ten_seconds(run, 51, 0);
    run.before->counters.abort_on_timeout = 0;
    run.facts.counters.abort_on_timeout = timed_out;
    run.rows(rows, waiting);
    const auto found = run.finish(kRefusedAttempts);
    return found.empty() ? 0 : evidence(found[0], "attempts_refused").value_or(0);
  };
  CHECK(told(2, 51) == 0);
  CHECK(told(2, 11) == 4);
  // Open connections may have timed out.
  CHECK(told(0, 51) == doctest::Approx(5.1));
  CHECK(told(2, std::nullopt) == doctest::Approx(5.1));
}

TEST_CASE("a destination whose neighbour does not answer is named") {
  struct Case {
    std::string_view name;
    std::size_t waiting;
    std::uint32_t retransmits;
    std::size_t elsewhere;
    std::uint64_t icmp;
    bool named;
  };
  for (const Case& one : {Case{"most wait for it", 15, 2, 14, 45, true}, Case{"half of them", 15, 2, 15, 45, false},
                          Case{"two", 2, 2, 0, 45, false}, Case{"for longer", 15, 5, 0, 45, false},
                          Case{"others say so", 15, 2, 0, 0, false}}) {
    CAPTURE(one.name);
    Diagnosing run;
    refused_in_ten_seconds(run, 50, 0);
    KernelCounters& before = run.before->counters;
    before.icmp_in_unreachables = before.icmp_out_unreachables = 0;
    run.facts.counters.icmp_in_unreachables = run.facts.counters.icmp_out_unreachables = one.icmp;
    const Owner owner{55, 9, "proxy"};
    Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("10.9.7.7", 9000));
    row.timer = TimerKind::retransmit;
    row.retransmits = one.retransmits;
    row.timer_ms = 0;
    for (std::size_t i = 0; i < one.waiting; ++i) run.rows(1, row, {}, owner);
    row.remote = endpoint("198.51.100.7", 443);
    row.retransmits = 0;
    for (std::size_t i = 0; i < one.elsewhere; ++i) run.rows(1, row);
    const auto all = run.finish(kRefusedAttempts);
    REQUIRE(all.size() == 1);
    CHECK((all[0].subject == "10.9.7.7:9000") == one.named);
    CHECK(run.diagnoser().not_seen().empty() == one.named);
    if (!one.named) continue;
    CHECK(all[0].message == "This host does not reach 10.9.7.7:9000: 5 connections a second of proxy fail");
    CHECK(all[0].why == "no neighbour answers for it (ARP): it is down, or its gateway is");
    CHECK(all[0].next == "tcpstat --state SYN_SENT -p --remote 10.9.7.7:9000");
  }
}
