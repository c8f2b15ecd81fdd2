// FIN_WAIT1, LAST_ACK and CLOSING: FINs that nobody acknowledges.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Connection unacknowledged(State state, std::uint32_t retransmits) {
  Connection row = served(state);
  row.inode = 0;
  row.timer = TimerKind::retransmit;
  row.timer_ms = 500;
  row.retransmits = retransmits;
  row.send_queue = 1;
  return row;
}

}  // namespace

TEST_CASE("FINs that were sent three times are counted, whichever state waits for their ACK") {
  for (const State state : {State::fin_wait1, State::last_ack, State::closing}) {
    CAPTURE(name(state));
    CHECK(Diagnosing().rows(1000, unacknowledged(state, 2)).verdict("closing-stuck") == Severity::ok);
    CHECK(Diagnosing().rows(19, unacknowledged(state, 3)).verdict("closing-stuck") == Severity::ok);
    CHECK(Diagnosing().rows(20, unacknowledged(state, 3)).verdict("closing-stuck") == Severity::warning);
    CHECK(Diagnosing().rows(199, unacknowledged(state, 3)).verdict("closing-stuck") == Severity::warning);
    CHECK(Diagnosing().rows(200, unacknowledged(state, 3)).verdict("closing-stuck") == Severity::critical);
  }
}

TEST_CASE("clients that vanished are worth knowing where there are many others") {
  Diagnosing run;
  run.rows(20, unacknowledged(State::last_ack, 5)).rows(380, served(State::time_wait));
  CHECK(run.verdict("closing-stuck") == Severity::warning);
  run.rows(1, served(State::established));
  CHECK(run.verdict("closing-stuck") == Severity::info);
}

TEST_CASE("stuck closes are told by state, peer and reason") {
  Diagnosing run;
  run.rule_limits.limits.orphan_retries = 0;
  run.rows(15, unacknowledged(State::last_ack, 5), {{"last_ack_recv_ms", 61'000}});
  run.rows(10, unacknowledged(State::fin_wait1, 4), {{"last_ack_recv_ms", 200'000}});
  const auto all = run.finish("closing-stuck");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "198.51.100.7");
  CHECK(told(all[0]) ==
        "25 connections cannot finish closing (10 FIN_WAIT1, 15 LAST_ACK), the oldest for 3 min: most of them to "
        "198.51.100.7, which is gone or cut off");
  CHECK(evidence(all[0], "most_retransmits") == 5);
  CHECK(evidence(all[0], "longest_s") == doctest::Approx(102.2));
  CHECK(all[0].next ==
        "tcpstat --state FIN_WAIT1,LAST_ACK,CLOSING --remote 198.51.100.7 --sort retransmits:desc --limit 20");
}

TEST_CASE("what keeps more than half of them is told as the reason, before where they go") {
  struct Case {
    Diagnosing::Info info;
    std::string_view why;
  };
  for (const Case& one : {
           Case{{{"backoff", 3}, {"snd_wnd", 0}}, "peers do not read, and the FIN waits behind data"},
           Case{{{"backoff", 3}, {"snd_wnd", 1}},
                "nothing goes out to them: no route, link down or dropped on the way out"},
           Case{{{"backoff", 3}}, "peers do not read, or nothing goes out here; only --source netlink tells"},
       }) {
    CAPTURE(one.why);
    Connection held = unacknowledged(State::fin_wait1, 0);
    held.timer = TimerKind::probe;
    Diagnosing run;
    run.rows(10, unacknowledged(State::fin_wait1, 4)).rows(10, held, one.info);
    CHECK(run.finish("closing-stuck").at(0).why == "most of them to 198.51.100.7, which is gone or cut off");
    run.rows(1, held, one.info);
    CHECK(run.finish("closing-stuck").at(0).why == one.why);
  }
}

TEST_CASE("a FIN behind a closed window waits for a peer that does not read") {
  Connection row = unacknowledged(State::fin_wait1, 0);
  row.timer = TimerKind::probe;
  const auto said = [&](const Diagnosing::Info& info) {
    Diagnosing run;
    run.rows(20, row, info);
    const auto all = run.finish("closing-stuck");
    return all.empty() ? std::string() : all[0].why;
  };
  CHECK(said({{"backoff", 2}, {"snd_wnd", 0}}).empty());
  CHECK(said({{"backoff", 3}, {"snd_wnd", 0}}) == "peers do not read, and the FIN waits behind data");
  CHECK(said({{"backoff", 3}, {"snd_wnd", 1}}) ==
        "nothing goes out to them: no route, link down or dropped on the way out");
  CHECK(said({{"backoff", 3}}).starts_with("peers do not read, or nothing goes out here"));
}
