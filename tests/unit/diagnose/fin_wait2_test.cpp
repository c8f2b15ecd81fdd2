// FIN_WAIT2: closes that the peer does not answer, and those that a program holds half-done.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Connection orphan(std::optional<std::uint64_t> age_ms) {
  Connection row = served(State::fin_wait2);
  row.inode = 0;
  row.minisocket = true;
  row.timer = TimerKind::time_wait;
  row.timer_ms = 1000;
  row.age_ms = age_ms;
  return row;
}

}  // namespace

TEST_CASE("FIN_WAIT2 without a process is judged by number, share and limit") {
  CHECK(Diagnosing().rows(99, orphan(2'000)).verdict("fin-wait2-orphans") == Severity::ok);
  CHECK(Diagnosing().rows(100, orphan(2'000)).verdict("fin-wait2-orphans") == Severity::info);  // all there is
  Diagnosing share;
  share.rows(900, served(State::established)).rows(100, orphan(2'000));
  CHECK(share.verdict("fin-wait2-orphans") == Severity::ok);  // 10 % is not above 10 %
  share.rows(1, orphan(2'000));
  CHECK(share.verdict("fin-wait2-orphans") == Severity::info);
  Diagnosing number;
  number.rows(50'000, served(State::established)).rows(999, orphan(2'000));
  CHECK(number.verdict("fin-wait2-orphans") == Severity::ok);
  number.rows(1, orphan(2'000));
  CHECK(number.verdict("fin-wait2-orphans") == Severity::warning);
  Diagnosing limit;
  limit.rule_limits.settings.max_tw_buckets = 4000;
  limit.rows(1999, orphan(2'000));
  CHECK(limit.verdict("fin-wait2-orphans") == Severity::warning);
  limit.rows(1, orphan(2'000));
  CHECK(limit.verdict("fin-wait2-orphans") == Severity::critical);
}

TEST_CASE("FIN_WAIT2 in passing is no pile-up") {
  CHECK(Diagnosing().rows(20'000, orphan(1'999)).verdict("fin-wait2-orphans") == Severity::ok);
  CHECK(Diagnosing().rows(1'000, orphan(std::nullopt)).verdict("fin-wait2-orphans") == Severity::warning);
}

TEST_CASE("what waits for peers to close is told with its largest peer") {
  Diagnosing run;
  run.rows(150, orphan(61'000));
  Connection other = orphan(2'000);
  other.remote.address = address("203.0.113.9");
  run.rows(50, other);
  const auto all = run.finish("fin-wait2-orphans");
  REQUIRE(all.size() == 1);
  CHECK(all[0].value == 200);
  CHECK(evidence(all[0], "largest_of_one_peer") == 150);
  CHECK(evidence(all[0], "share_of_connections") == 1);
  CHECK(told(all[0]) ==
        "200 closed connections whose peers do not close, the oldest for 61 s: most of one peer: 150 of 198.51.100.7");
  CHECK(all[0].advice == "look there for CLOSE_WAIT");
  CHECK(all[0].next == "tcpstat summary --by remote_address,local_port --state FIN_WAIT2");
}

TEST_CASE("orphans of many peers accuse none of them") {
  Diagnosing run;
  for (std::uint8_t i = 0; i < 40; ++i) {
    Connection row = orphan(61'000);
    row.remote.address = address("198.51.100." + std::to_string(i));
    run.rows(i < 30 ? 4 : 3, row);
  }
  const auto all = run.finish("fin-wait2-orphans");
  REQUIRE(all.size() == 1);
  CHECK(all[0].why == "spread over 40 peers, at most 4 of 198.51.100.0");
  CHECK(all[0].advice.starts_with("shorten net.ipv4.tcp_fin_timeout"));
}

TEST_CASE("orphans of more peers than are told apart are of more than are counted") {
  Diagnosing run;
  for (unsigned i = 0; i <= RowGroups::kMost; ++i) {
    Connection row = orphan(61'000);
    row.remote.address = address("203.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
    run.rows(1, row);
  }
  CHECK(run.finish("fin-wait2-orphans").at(0).why.starts_with("spread over more than 2049 peers, at most 1 of "));
}

TEST_CASE("a half-close that nobody holds, or of unknown age, is none that a program holds") {
  Connection row = served(State::fin_wait2);
  const Diagnosing::Info old = {{"last_ack_recv_ms", 90'000}};
  CHECK(Diagnosing().rows(50, row, old).verdict("half-close-held") == Severity::warning);
  row.inode = 0;
  CHECK(Diagnosing().rows(50, row, old).verdict("half-close-held") == Severity::ok);
  row.inode = 7;
  row.timer = TimerKind::time_wait;  // as /proc shows a minisocket
  row.age_ms = 90'000;
  CHECK(Diagnosing().rows(50, row, old).verdict("half-close-held") == Severity::ok);
  CHECK(Diagnosing().rows(100, row, old).verdict("fin-wait2-orphans") == Severity::info);
}

TEST_CASE("a half-close that a program holds is judged by age and number") {
  struct Case {
    std::size_t count;
    std::uint64_t age_ms;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{9, 60'000, Severity::ok},
                                              {10, 60'000, Severity::warning},
                                              {1000, 59'999, Severity::ok},
                                              {99, 60'000, Severity::warning},
                                              {100, 60'000, Severity::critical}}}) {
    CAPTURE(one.count);
    CAPTURE(one.age_ms);
    Diagnosing run;
    run.rows(one.count, served(State::fin_wait2), {{"last_ack_recv_ms", one.age_ms}}, Owner{9, 3, "proxy"});
    CHECK(run.verdict("half-close-held") == one.expected);
    if (one.expected != Severity::ok) CHECK(run.finish("half-close-held").at(0).subject == "proxy(9)");
  }
  CHECK(Diagnosing().rows(1000, served(State::fin_wait2)).finish().empty());
}

TEST_CASE("a half-close to a remote service is held by a program here") {
  Diagnosing run;
  for (std::uint16_t port = 40000; port < 40010; ++port) {
    Connection row = connection(State::fin_wait2, endpoint("192.0.2.1", port), endpoint("198.51.100.7", 5432));
    row.inode = 7;
    run.rows(1, row, {{"last_ack_recv_ms", 90'000}});
  }
  const Finding found = run.finish("half-close-held").at(0);
  CHECK(found.message ==
        "A program here holds 10 connections to 198.51.100.7:5432 that it shut down and never closed, the oldest for "
        "90 s");
  CHECK(found.brief == "a program here holds 10 half-closed connections to 198.51.100.7:5432");
}
