// SYN_RECV with a socket: fast-open connections whose handshake does not end.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("fast-open connections that stay half-open") {
  Connection row = served(State::syn_recv);
  row.timer = TimerKind::retransmit;
  row.retransmits = 1;
  CHECK(Diagnosing().rows(7, row).verdict("fast-open-half-open") == Severity::ok);
  CHECK(Diagnosing().rows(8, row).verdict("fast-open-half-open") == Severity::warning);
  CHECK(Diagnosing().rows(64, row).verdict("fast-open-half-open") == Severity::critical);
  row.retransmits = 0;
  CHECK(Diagnosing().rows(500, row).verdict("fast-open-half-open") == Severity::ok);
  row.retransmits = 3;
  row.minisocket = true;
  row.inode = 0;
  CHECK(Diagnosing().rows(500, row).verdict("fast-open-half-open") == Severity::ok);
}

TEST_CASE("only SYN+ACKs that were sent again are counted, and no other timer's tries") {
  Connection row = served(State::syn_recv);
  row.retransmits = 3;
  row.timer = TimerKind::keepalive;
  CHECK(Diagnosing().rows(500, row).verdict("fast-open-half-open") == Severity::ok);
  row.timer = TimerKind::retransmit;
  Diagnosing run;
  run.rows(8, row);
  const auto all = run.finish("fast-open-half-open");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == ":443");
  CHECK(evidence(all[0], "most_retransmits") == 3);
  CHECK(told(all[0]) ==
        "8 fast-open connections on :443 never finished the handshake: replayed or stolen cookies, or the way back is "
        "broken");
  CHECK(all[0].next == "tcpstat --state SYN_RECV -p --local-port 443");
}

TEST_CASE("each port has a queue of its own, and the five fullest are told") {
  Diagnosing run;
  for (std::uint16_t port = 1; port <= 9; ++port) {
    Connection row = served(State::syn_recv, port);
    row.retransmits = 1;
    row.timer = TimerKind::retransmit;
    run.rows(7U + port, row);
  }
  const auto all = run.finish("fast-open-half-open");
  REQUIRE(all.size() == 5);
  CHECK(all[0].subject == ":9");
}
