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

namespace {

/// Peers of one network each.
void of_many_peers(Diagnosing& run, unsigned count, Connection row, const Diagnosing::Info& info = {}) {
  for (unsigned i = 1; i <= count; ++i) {
    row.remote.address = address("10.20." + std::to_string(i) + ".1");
    run.rows(1, row, info);
  }
}

}  // namespace

TEST_CASE("full segments before a FIN that never come through are told from a way out that is broken") {
  const Diagnosing::Info full = {{"mss", 1448}, {"bytes_acked", 0}, {"bytes_received", 1}};
  Connection row = unacknowledged(State::fin_wait1, 4);
  row.send_queue = 20'001;
  Diagnosing run;
  of_many_peers(run, 27, row, full);
  of_many_peers(run, 3, unacknowledged(State::fin_wait1, 4));
  Finding found = run.finish("closing-stuck").at(0);
  CHECK(
      found.why ==
      "full segments do not come through, small segments do: the path MTU may be smaller, and ICMP that says so may be "
      "dropped");
  CHECK(found.advice == "try ping -M do -s 1472 to one of them; let ICMP fragmentation-needed pass, or clamp the MSS");
  of_many_peers(run, 1, unacknowledged(State::fin_wait1, 4));
  found = run.finish("closing-stuck").at(0);
  CHECK(found.why == "no answer from 27 peers");
  CHECK(found.advice == "look at this host's way out");

  // What waits behind closed windows is another matter.
  Connection held = unacknowledged(State::fin_wait1, 0);
  held.timer = TimerKind::probe;
  Diagnosing both;
  of_many_peers(both, 10, row, full);
  of_many_peers(both, 10, held, {{"backoff", 3}, {"snd_wnd", 0}});
  CHECK(both.finish("closing-stuck").at(0).why.starts_with("no answer from "));
}

TEST_CASE("a peer whose FIN came after ours is there") {
  Diagnosing run;
  of_many_peers(run, 20, unacknowledged(State::fin_wait1, 4));
  of_many_peers(run, 20, unacknowledged(State::closing, 4));
  CHECK(run.finish("closing-stuck").at(0).why == "no answer from 20 peers");
  of_many_peers(run, 1, unacknowledged(State::closing, 4));
  CHECK(run.finish("closing-stuck").at(0).why ==
        "20 peers sent their FINs, so they are there: what goes out does not reach them");
}

TEST_CASE("FINs to a network that is cut off are no trouble of this host's way out, if others are heard since") {
  const auto found = [](const char* network, std::uint64_t heard_ms) {
    Diagnosing run;
    for (unsigned i = 1; i <= 40; ++i) {
      Connection row = unacknowledged(State::fin_wait1, 4);
      row.timer_ms = 0;
      row.remote.address = address(network + std::to_string(i));
      // Idle for an hour before it was closed.
      run.rows(1, row, {{"rto_ms", 12'000}, {"backoff", 4}, {"last_ack_recv_ms", 3'600'000}});
      if (std::string_view(network) == "10.20.30.") continue;
      row.remote.address.bytes[1] = static_cast<std::uint8_t>(i);
      run.rows(1, row, {{"rto_ms", 12'000}, {"backoff", 4}, {"last_ack_recv_ms", 3'600'000}});
    }
    Connection well = served(State::time_wait);
    well.minisocket = true;
    well.age_ms = heard_ms;
    run.rows(300, well);
    return run.finish("closing-stuck").at(0);
  };
  const Finding cut = found("10.20.30.", 2'000);
  CHECK(cut.why ==
        "no answer from 40 peers of 10.20.30.0/24; others are heard meanwhile: the way to 10.20.30.0/24 is cut");
  CHECK(cut.advice == "look at the path to 10.20.30.0/24 (router, tunnel, firewall)");
  CHECK(cut.next ==
        "tcpstat --state FIN_WAIT1,LAST_ACK,CLOSING --remote 10.20.30.0/24 --sort retransmits:desc --limit 20");
  CHECK(found("10.20.30.", 30'000).advice == "look at this host's way out");
  CHECK(found("10.20.31.", 2'000).advice.empty());
  CHECK(found("10.20.31.", 30'000).advice == "look at this host's way out");
}
