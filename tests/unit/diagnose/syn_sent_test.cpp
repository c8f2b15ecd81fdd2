// SYN_SENT: attempts that nobody answers.

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

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

/// Two samples, between which this host made so many attempts and another counter grew by so much.
void count_meanwhile(Diagnosing& run, std::uint64_t opened, std::optional<std::uint64_t> KernelCounters::*other,
                     std::uint64_t grown, int seconds = 5) {
  KernelCounters& before = run.before.emplace().counters;
  before.active_opens = 100;
  before.*other = 7;
  run.facts.counters.active_opens = 100 + opened;
  run.facts.counters.*other = 7 + grown;
  run.facts.boot_time = std::chrono::seconds(seconds);
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
           {"two attempts", 2, 2, Severity::info, Severity::ok},
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

TEST_CASE("many attempts in vain are critical only if they are most of what goes to their destination") {
  for (const std::size_t open : {std::size_t{20}, std::size_t{21}}) {
    CAPTURE(open);
    Diagnosing run;
    attempts(run, 20, attempt(2));
    Connection works = attempt(0);
    works.state = State::established;
    works.local.port = 50000;
    attempts(run, open, works);
    const Finding found = run.finish("syn-sent-blackhole").at(0);
    CHECK(found.severity == (open == 20 ? Severity::critical : Severity::warning));
    CHECK(evidence(found, "working_connections") == open);
  }
}

TEST_CASE("a destination works that answers on any connection, closing ones too") {
  for (const State state : {State::established, State::close_wait, State::fin_wait1}) {
    CAPTURE(name(state));
    Diagnosing run;
    attempts(run, 3, attempt(2));
    Connection works = attempt(0);
    works.state = state;
    works.local.port = 50000;
    run.rows(1, works);
    CHECK(run.verdict("syn-sent-blackhole") == Severity::warning);
  }
}

TEST_CASE("a connection that waits in vain for an answer itself is none that works") {
  struct Case {
    TimerKind timer;
    std::string_view said;
  };
  for (const Case& one : {Case{TimerKind::retransmit, ", nor what 2 open connections to it send"},
                          Case{TimerKind::keepalive, ", and nothing else to it works"},
                          Case{TimerKind::probe, ", and nothing else to it works"}}) {
    Diagnosing run;
    attempts(run, 4, attempt(2));
    Connection stuck = attempt(4);
    stuck.state = State::established;
    stuck.timer = one.timer;
    stuck.local.port = 50000;
    attempts(run, 2, stuck);
    auto all = run.finish("syn-sent-blackhole");
    REQUIRE(all.size() == 1);
    CHECK(all[0].severity == Severity::critical);
    CHECK(all[0].message.ends_with(one.said));
    CHECK(evidence(all[0], "unanswered_connections").has_value() == (one.timer == TimerKind::retransmit));
    // Data in flight for the first time is no trouble.
    stuck.retransmits = 0;
    attempts(run, 1, stuck);
    all = run.finish("syn-sent-blackhole");
    REQUIRE(all.size() == 1);
    CHECK(all[0].severity == Severity::warning);
    CHECK(all[0].message.ends_with(", though other connections to it work"));
  }
}

TEST_CASE("where open connections wait for answers too, it is this host's way out sooner than many destinations") {
  Diagnosing run;
  for (unsigned i = 1; i <= 6; ++i) {
    Connection row = attempt(3, 400);
    row.remote = endpoint("10.80.5." + std::to_string(i), 5432);
    attempts(run, 5, row);
    row.state = State::established;
    row.local.port = 50000;
    attempts(run, 10, row);
  }
  const auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(told(all[0]).ends_with("…: is it this host's way out?"));
  CHECK(evidence(all[0], "working_connections") == 0);
}

TEST_CASE("many destinations that do not answer are one finding") {
  const auto made = [](Diagnosing& run, unsigned destinations, std::size_t each) {
    for (unsigned i = 1; i <= destinations; ++i) {
      Connection row = attempt(3, 400);
      row.remote = endpoint("10.80.200." + std::to_string(i), 5432);
      attempts(run, each, row, Owner{55, 9, "worker"});
    }
  };
  Diagnosing four;
  made(four, 4, 4);
  CHECK(four.finish("syn-sent-blackhole").size() == 4);

  Diagnosing run;
  made(run, 20, 4);
  auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].subject == "host");
  CHECK(all[0].value == 20);
  CHECK(told(all[0]) ==
        "20 destinations do not answer (80 attempts, worker, the oldest for 3 s): 10.80.200.1:5432, 10.80.200.2:5432, "
        "10.80.200.3:5432, …: is it this host's way out?");
  CHECK(all[0].next == "tcpstat summary --by remote_address,process --state SYN_SENT");

  // Most of what this host opens works.
  Connection works = attempt(0);
  works.state = State::established;
  works.remote = endpoint("203.0.113.1", 443);
  works.local.port = 50000;
  attempts(run, 79, works);
  CHECK(run.verdict("syn-sent-blackhole") == Severity::critical);
  works.local.port = 51000;
  attempts(run, 1, works);
  all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(told(all[0]).ends_with("other connections work, so they are down or cut off"));

  // One attempt each: a word only if little else works, and only about different hosts.
  Diagnosing scattered;
  made(scattered, 4, 1);
  CHECK(scattered.verdict("syn-sent-blackhole") == Severity::info);
  made(scattered, 20, 1);
  CHECK(scattered.verdict("syn-sent-blackhole") == Severity::warning);
  attempts(scattered, 30, works);
  CHECK(scattered.verdict("syn-sent-blackhole") == Severity::ok);
}

TEST_CASE("five destinations are many, where other connections work too") {
  const auto said = [](unsigned destinations) {
    Diagnosing run;
    for (unsigned i = 1; i <= destinations; ++i) {
      Connection row = attempt(3);
      row.remote = endpoint("10.80.200." + std::to_string(i), 5432);
      attempts(run, 3, row);
    }
    Connection works = attempt(0);
    works.state = State::established;
    works.remote = endpoint("203.0.113.1", 443);
    attempts(run, 50, works);
    return run.finish("syn-sent-blackhole").size();
  };
  CHECK(said(4) == 4);
  CHECK(said(5) == 1);
}

TEST_CASE("an attempt whose timer is not known has no age, and counts") {
  Connection row = attempt(3);
  row.timer_ms.reset();
  Diagnosing run;
  attempts(run, 3, row);
  const auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK_FALSE(evidence(all[0], "oldest_s"));
  row.retransmits.reset();
  Diagnosing unknown;
  attempts(unknown, 3, row);
  CHECK(unknown.finish().empty());
}

TEST_CASE("attempts to different destinations are not added up") {
  Diagnosing run;
  for (std::uint16_t port = 1; port <= 49; ++port) {
    Connection row = attempt(3);
    row.remote.port = port;
    run.rows(1, row);
  }
  CHECK(run.verdict("syn-sent-blackhole") == Severity::info);
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
  CHECK(told(all[0]) ==
        "198.51.100.7:443 does not answer 4 connection attempts of worker(55), the oldest for 8 s, and nothing else to "
        "it "
        "works: it is down, or a firewall drops the SYN");
  CHECK(all[0].next == "tcpstat --state SYN_SENT -p --remote 198.51.100.7:443");
}

TEST_CASE("many ports of one address are a scan by this host, and told as one") {
  const Owner scanner{77, 3, "nmap"};
  Diagnosing run;
  for (std::uint16_t port = 1; port <= 60; ++port) {
    Connection row = attempt(3);
    row.remote.port = port;
    run.rows(1, row, {}, scanner);
  }
  const auto found = run.finish("syn-sent-blackhole");
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::warning);
  CHECK(found[0].message.starts_with("nmap(77) connects to 60 ports of 198.51.100.7, which do not answer"));
  CHECK(found[0].why == "this is what a port scan by this host looks like");
}

TEST_CASE("many addresses on one port may be a scan as well as a broken way out") {
  const auto scan = [](Diagnosing& run, std::size_t each, const Owner& owner) {
    for (int host = 1; host <= 60; ++host) {
      Connection row = attempt(3);
      row.local.port = static_cast<std::uint16_t>(row.local.port + host);
      row.remote.address = address("203.0.113." + std::to_string(host));
      attempts(run, each, row, owner);
    }
  };
  Diagnosing run;
  scan(run, 1, {});
  CHECK(run.finish("syn-sent-blackhole")
            .at(0)
            .why.ends_with(": is it this host's way out? Or does a program scan for port 443?"));

  // Most of what this host opens works.
  Diagnosing beside;
  scan(beside, 3, Owner{77, 3, "probe"});
  Connection works = attempt(0);
  works.state = State::established;
  works.remote = endpoint("192.0.2.77", 443);
  attempts(beside, 181, works);
  const Finding found = beside.finish("syn-sent-blackhole").at(0);
  CHECK(found.why.ends_with(": other connections work, so they are down or cut off, or probe scans for port 443"));
  CHECK(found.advice == "see whether they are up, and what probe is");
}

TEST_CASE("programs that give up within seconds are known by the SYNs that are sent again") {
  struct Case {
    std::string_view name;
    std::uint64_t opened;
    std::uint64_t again;
    int seconds;
    bool requests_repeat;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 9>{{
           {"one again for each", 25, 25, 5, false, Severity::warning},
           {"for half of them", 25, 13, 5, false, Severity::warning},
           {"fewer are lost segments", 25, 12, 5, false, Severity::ok},
           {"five attempts", 5, 5, 5, false, Severity::warning},
           {"four attempts", 4, 4, 5, false, Severity::ok},
           {"two again for each, and a half", 10, 25, 5, false, Severity::warning},
           {"more are of older attempts", 10, 26, 5, false, Severity::ok},
           {"half-open requests send SYN+ACKs again", 25, 25, 5, true, Severity::ok},
           {"some that did may be gone", 25, 25, 64, false, Severity::ok},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    count_meanwhile(run, one.opened, &KernelCounters::syn_retrans, one.again, one.seconds);
    Connection request = connection(State::syn_recv, endpoint("192.0.2.1", 443), endpoint("198.51.100.7", 40000));
    request.retransmits = one.requests_repeat ? 1 : 0;
    run.rows(1, request);
    attempts(run, 5, attempt(1));
    CHECK(run.verdict("syn-sent-blackhole") == one.expected);
  }
}

TEST_CASE("attempts that were given up are told once, and by the rows where these tell more") {
  Diagnosing run;
  count_meanwhile(run, 25, &KernelCounters::syn_retrans, 24);
  auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].message ==
        "This host opened 25 connections just now, and sent 24 SYNs again because nobody answered within a second");
  CHECK(all[0].subject == "host");
  CHECK(all[0].next == "tcpstat trace -p -s SYN_SENT --duration 10");
  // Those that wait now tell where.
  Connection other = attempt(1);
  other.remote.port = 80;
  attempts(run, 2, other);
  attempts(run, 2, attempt(1));
  CHECK(run.finish("syn-sent-blackhole").at(0).subject == "host");
  attempts(run, 1, attempt(1));
  all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].brief == "198.51.100.7:443 gives no answer (24 SYNs sent again)");
  CHECK(all[0].next == "tcpstat --state SYN_SENT -p --remote 198.51.100.7:443");
  attempts(run, 3, attempt(2));
  all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "198.51.100.7:443");
}

TEST_CASE("a few attempts in vain are worth knowing, where nothing else to their destination works") {
  Diagnosing run;
  attempts(run, 1, attempt(5), Owner{12, 3, "sssd"});
  auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::info);
  CHECK(all[0].message.starts_with("198.51.100.7:443 does not answer 1 connection attempt of sssd(12)"));
  CHECK(all[0].message.ends_with("and nothing else to it works"));
  Connection other = attempt(4);
  other.remote = endpoint("198.51.100.8", 443);
  attempts(run, 1, other);
  CHECK(run.finish("syn-sent-blackhole").at(0).message.ends_with("; nor does 1 other destination"));
  other.remote = endpoint("198.51.100.9", 443);
  attempts(run, 1, other);
  CHECK(run.finish("syn-sent-blackhole").at(0).message.ends_with("; nor do 2 other destinations"));
  Diagnosing works;
  attempts(works, 2, attempt(5));
  Connection open = connection(State::established, endpoint("192.0.2.1", 40'001), endpoint("198.51.100.7", 443));
  works.rows(1, open);
  CHECK(works.finish("syn-sent-blackhole").empty());
}

TEST_CASE("SYNs that visible attempts have sent again say nothing of others") {
  Diagnosing run;
  count_meanwhile(run, 54, &KernelCounters::syn_retrans, 98, 27);
  for (int i = 0; i < 2; ++i) {
    Connection row = attempt(35);
    row.remote.port = static_cast<std::uint16_t>(25 + i);
    attempts(run, 1, row);
  }
  CHECK(run.finish("syn-sent-blackhole").at(0).message.find("SYNs again") != std::string::npos);
  Connection row = attempt(2);
  row.remote.port = 27;
  attempts(run, 1, row);
  CHECK(run.finish("syn-sent-blackhole").at(0).message.find("SYNs again") == std::string::npos);
}

TEST_CASE("an address of this host that does not answer is this host's own trouble") {
  const auto why = [](std::string_view remote) {
    Diagnosing run;
    run.rule_limits.addresses = {{address("192.0.2.1")}};
    Connection row = attempt(4);
    row.remote = endpoint(std::string(remote), 5432);
    attempts(run, 5, row);
    return run.finish("syn-sent-blackhole").at(0).why;
  };
  CHECK(why("127.0.0.1") == "its program does not accept, or this host's own firewall drops the SYN");
  CHECK(why("192.0.2.1") == "its program does not accept, or this host's own firewall drops the SYN");
  CHECK(why("192.0.2.2") == "it is down, or a firewall drops the SYN");
}

TEST_CASE("brief attempts at many addresses of one port may be a scan by this host") {
  const auto why = [](std::size_t count) {
    Diagnosing run;
    count_meanwhile(run, 100, &KernelCounters::syn_retrans, 100);
    for (std::size_t i = 1; i <= count; ++i) {
      Connection row = attempt(1);
      row.remote = endpoint("198.51.100." + std::to_string(i), 22);
      attempts(run, 1, row);
    }
    return run.finish("syn-sent-blackhole").at(0).why;
  };
  CHECK(why(50).find("or a program here scans for port 22; ") != std::string::npos);
  CHECK(why(49).find("scans") == std::string::npos);
}

TEST_CASE("attempts that leave no trace are known by the answers that do not come in") {
  struct Case {
    std::string_view name;
    std::uint64_t opened;
    std::uint64_t received;
    std::size_t waiting;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 7>{{
           {"nothing comes in", 15, 0, 0, Severity::warning},
           {"half of them", 16, 8, 0, Severity::warning},
           {"more than half may be answered", 16, 9, 0, Severity::ok},
           {"what waits may be answered yet", 16, 0, 9, Severity::ok},
           {"half of them wait", 16, 0, 8, Severity::warning},
           {"four attempts", 4, 0, 0, Severity::ok},
           {"a busy host", 16, 1'000, 0, Severity::ok},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    count_meanwhile(run, one.opened, &KernelCounters::in_segs, one.received);
    attempts(run, one.waiting, attempt(0));
    CHECK(run.verdict("syn-sent-blackhole") == one.expected);
  }
  Diagnosing run;
  count_meanwhile(run, 15, &KernelCounters::in_segs, 2);
  auto all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(told(all[0]) ==
        "This host opened 15 connections just now, and at least 13 of them got no answer: where they go is down, or a "
        "firewall drops or rejects the SYN; programs give up before the table shows old attempts");
  CHECK(all[0].brief == "outgoing connections get no answer (13 of 15)");
  CHECK(all[0].subject == "host");
  CHECK(all[0].next == "tcpstat trace -p -s SYN_SENT --duration 10");
  CHECK(evidence(all[0], "segments_received") == 2);
  attempts(run, 4, attempt(0));
  all = run.finish("syn-sent-blackhole");
  REQUIRE(all.size() == 1);
  CHECK(all[0].brief == "198.51.100.7:443 gives no answer (9 of 15 attempts)");
  CHECK(all[0].advice == "see whether it is up, and what drops or rejects the SYN on the way");
  CHECK(all[0].next == "tcpstat --state SYN_SENT -p --remote 198.51.100.7:443");
  // SYNs that were sent again tell it better.
  run.before->counters.syn_retrans = 0;
  run.facts.counters.syn_retrans = 15;
  CHECK(run.finish("syn-sent-blackhole").at(0).message.find("SYNs again") != std::string::npos);
}

namespace {

/// So many connections to `to` that this host opened and closed, one each 100 ms, the last one so long ago.
void ended_well(Diagnosing& run, Endpoint to, std::uint64_t count, std::uint64_t youngest_ms) {
  Connection row = connection(State::time_wait, endpoint("192.0.2.1", 50'000), to);
  row.minisocket = true;
  for (std::uint64_t i = 0; i < count; ++i, ++row.local.port) {
    row.age_ms = youngest_ms + i * 100;
    run.rows(1, row);
  }
}

/// Attempts of the last 20 s, so many a second, each to its own address of a network.
void lost_attempts(Diagnosing& run, int each_second) {
  unsigned host = 0;
  // The SYN goes out again after 1, 2, 3, 4, 6 and 10 s.
  const std::array<std::pair<std::uint32_t, std::uint32_t>, 6> since = {
      {{2, 2}, {3, 3}, {4, 4}, {5, 6}, {6, 10}, {7, 18}}};
  for (std::uint32_t second = 3; second < 20; ++second) {
    std::uint32_t retransmits = 2;
    std::uint32_t next = 3;
    for (const auto& [count, end] : since) {
      retransmits = count;
      next = end;
      if (second < end) break;
    }
    if (second >= next) continue;
    Connection row = attempt(retransmits, (next - second) * 1000);
    for (int i = 0; i < each_second; ++i) {
      row.remote.address = address("203.0.113." + std::to_string(++host));
      run.rows(1, row);
    }
  }
}

}  // namespace

TEST_CASE("a destination works whose connections end well while others wait") {
  const Endpoint balancer = endpoint("198.51.100.7", 443);
  const auto said = [&](std::size_t count, std::uint64_t ended, std::uint64_t youngest_ms) {
    Diagnosing run;
    run.rule_limits.limits.syn_linear_timeouts = 4;
    attempts(run, count / 2, attempt(2, 500));           // 2.5 s
    attempts(run, count - count / 2, attempt(6, 1000));  // 9 s
    ended_well(run, balancer, ended, youngest_ms);
    return run.finish("syn-sent-blackhole").at(0);
  };
  // 9 of 10 work, 10 a second.
  CHECK(said(15, 200, 50).severity == Severity::warning);
  CHECK(said(15, 200, 50).message.ends_with(", though other connections to it work"));
  CHECK(said(30, 200, 50).severity == Severity::warning);
  CHECK(said(30, 200, 50).why == "one of several hosts behind it may be down, or segments get lost");
  // One connection among many attempts is an exception.
  CHECK(said(30, 1, 50).severity == Severity::critical);
  // What ended before it took no more attempts says nothing.
  CHECK(said(15, 200, 2'500).severity == Severity::critical);
  CHECK(said(15, 200, 2'500).message.ends_with(", and nothing else to it works"));
  // Nor do connections that came from there.
  Diagnosing clients;
  attempts(clients, 15, attempt(2, 500));
  Connection row = connection(State::time_wait, endpoint("192.0.2.1", 22), balancer);
  row.age_ms = 50;
  clients.rows(90, row);
  CHECK(clients.verdict("syn-sent-blackhole") == Severity::critical);
}

TEST_CASE("dead destinations of a crawler are held against those that answered meanwhile") {
  const auto crawler = [] {
    auto run = std::make_unique<Diagnosing>();
    run->rule_limits.limits.syn_linear_timeouts = 4;
    lost_attempts(*run, 3);
    return run;
  };
  CHECK(crawler()->verdict("syn-sent-blackhole") == Severity::warning);
  const auto closing = crawler();
  ended_well(*closing, endpoint("10.9.1.1", 443), 300, 50);
  CHECK(closing->verdict("syn-sent-blackhole") == Severity::ok);
  // Where the peer closes first, counters tell.
  const auto counted = [&](std::uint64_t opened, int seconds) {
    const auto run = crawler();
    run->before.emplace();
    run->before->counters.active_opens = run->before->counters.attempt_fails = 0;
    run->facts.counters.active_opens = opened;
    run->facts.counters.attempt_fails = 12;
    // They send theirs again and again.
    run->before->counters.syn_retrans = 0;
    run->facts.counters.syn_retrans = opened;
    run->facts.boot_time = std::chrono::seconds(seconds);
    return run->verdict("syn-sent-blackhole");
  };
  CHECK(counted(80, 4) == Severity::ok);
  CHECK(counted(20, 4) == Severity::warning);
  CHECK(counted(6'000, 300) == Severity::warning);  // before, perhaps
}

TEST_CASE("SYN+ACKs that lossy clients do not get are no attempts of this host") {
  struct Case {
    std::string_view name;
    std::uint64_t accepted;
    std::size_t young;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{
           {"clients, and no attempt waits", 80, 0, Severity::ok},
           {"clients, and one waits", 80, 1, Severity::ok},
           {"clients, and attempts", 80, 2, Severity::warning},
           {"few clients", 9, 0, Severity::warning},
           {"more of them than attempts", 10, 0, Severity::ok},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.before.emplace();
    run.before->counters.active_opens = run.before->counters.syn_retrans = run.before->counters.passive_opens = 0;
    run.facts.counters.active_opens = 9;
    run.facts.counters.syn_retrans = 13;
    run.facts.counters.passive_opens = one.accepted;
    run.facts.boot_time = std::chrono::seconds(4);
    attempts(run, one.young, attempt(1));
    CHECK(run.verdict("syn-sent-blackhole") == one.expected);
  }
}

TEST_CASE("SYNs that do not leave this host are not blamed on where they go") {
  struct Case {
    std::string_view name;
    std::uint64_t failed;
    std::uint64_t again;
    std::uint64_t timeouts;
    bool here;
  };
  for (const Case& one : {Case{"all", 354, 354, 354, true}, Case{"nearly all", 319, 354, 354, true},
                          Case{"fewer", 318, 354, 354, false}, Case{"none", 0, 354, 354, false},
                          Case{"data failed", 100, 100, 200, false}, Case{"no SYN", 50, 0, 50, false}}) {
    CAPTURE(one.name);
    Diagnosing run;
    attempts(run, 150, attempt(3));
    count_meanwhile(run, 50, &KernelCounters::syn_retrans, one.again);
    run.before->counters.retrans_fail = run.before->counters.tcp_timeouts = 0;
    run.facts.counters.retrans_fail = one.failed;
    run.facts.counters.tcp_timeouts = one.timeouts;
    const Finding found = run.finish("syn-sent-blackhole").at(0);
    CHECK((found.why == "SYNs do not leave this host: its firewall drops them, or it has no route") == one.here);
    CHECK((found.advice == "look at the firewall of this host (output), then at its routes") == one.here);
    CHECK(evidence(found, "syns_failed_here").has_value() == one.here);
    run.facts.counters.tcp_timeouts.reset();
    CHECK(run.finish("syn-sent-blackhole").at(0).why == "it is down, or a firewall drops the SYN");
  }
}

TEST_CASE("an address here without a way back is told once, and not as so many destinations that are down") {
  const auto found = [](const char* well_local, const char* well_peer, std::uint64_t heard_ms, unsigned peers = 1) {
    Diagnosing run;
    for (std::uint16_t port = 9000; port < 9003; ++port) {
      Connection row = attempt(3);
      row.local.address = address("192.0.2.55");
      row.remote = endpoint("10.9.1." + std::to_string(1 + port % peers), port);
      attempts(run, 20, row, Owner{55, 9, "app"});
    }
    Connection well = connection(State::time_wait, endpoint(well_local, 40'000), endpoint(well_peer, 9000));
    well.minisocket = true;
    well.age_ms = heard_ms;
    attempts(run, 10, well);
    return run.finish("syn-sent-blackhole");
  };
  const auto one = found("192.0.2.1", "10.9.1.1", 500);
  REQUIRE(one.size() == 1);
  CHECK(one[0].subject == "192.0.2.55");
  CHECK(one[0].message ==
        "Nothing answers 60 connection attempts from 192.0.2.55 to 3 destinations (app), the oldest for 3 s, while "
        "others are heard at other addresses of this host");
  CHECK(one[0].why == "the link or the way back of 192.0.2.55 is cut, or a firewall drops what comes from it");
  CHECK(one[0].next == "tcpstat --state SYN_SENT -p --local 192.0.2.55");
  // It works from there, too; or nobody was heard since.
  CHECK(found("192.0.2.55", "10.9.1.1", 500).size() == 3);
  CHECK(found("192.0.2.1", "10.9.1.1", 30'000).size() == 3);
  // One destination that is down, unless it is heard elsewhere; several are not down at once.
  CHECK(found("192.0.2.1", "10.9.9.9", 500).size() == 3);
  CHECK(found("192.0.2.1", "10.9.9.9", 500, 3).size() == 1);
}
