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
  CHECK(Diagnosing().rows(100, orphan(2'000)).verdict("fin-wait2-orphans") == Severity::warning);  // all there is
  Diagnosing share;
  share.rows(900, served(State::established)).rows(100, orphan(2'000));
  CHECK(share.verdict("fin-wait2-orphans") == Severity::ok);  // 10 % is not above 10 %
  share.rows(1, orphan(2'000));
  CHECK(share.verdict("fin-wait2-orphans") == Severity::warning);
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
