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
