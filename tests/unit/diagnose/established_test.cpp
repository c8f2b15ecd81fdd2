// ESTABLISHED: which end an open connection stands still for.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Connection waiting(TimerKind timer, std::uint32_t tries, std::uint32_t timer_ms = 500) {
  Connection row = served(State::established);
  row.timer = timer;
  row.timer_ms = timer_ms;
  row.retransmits = tries;
  row.send_queue = 5000;
  return row;
}

const Owner kServer{77, 4, "server"};

}  // namespace

TEST_CASE("a closed window is as old as its doubled timers say") {
  struct Case {
    std::string_view name;
    std::uint64_t backoff;
    std::uint32_t timer_ms;
    Severity expected;
  };
  // RTO 200 ms: 200·(2^(b+1)-1) less what is left.
  for (const Case& one : std::array<Case, 5>{{{"6.3 s", 4, 1, Severity::ok},
                                              {"9.999 s", 5, 2601, Severity::ok},
                                              {"10 s", 5, 2600, Severity::warning},
                                              {"59.999 s", 8, 42201, Severity::warning},
                                              {"60 s", 8, 42200, Severity::critical}}}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.rows(1, waiting(TimerKind::probe, 0, one.timer_ms), {{"rto_ms", 200}, {"backoff", one.backoff}});
    CHECK(run.verdict("zero-window-alive") == one.expected);
    CHECK(run.verdict("zero-window-gone") == Severity::ok);
  }
}

TEST_CASE("without tcp_info a closed window is at least as old as the running timer is long") {
  CHECK(Diagnosing().rows(1, waiting(TimerKind::probe, 0, 9'999)).verdict("zero-window-alive") == Severity::ok);
  CHECK(Diagnosing().rows(1, waiting(TimerKind::probe, 0, 10'000)).verdict("zero-window-alive") == Severity::warning);
}

TEST_CASE("intervals stop doubling at two minutes") {
  Diagnosing run;
  // 0.2 + … + 102.4 = 204.6 s, then 120 s each.
  run.rows(1, waiting(TimerKind::probe, 0, 20'000), {{"rto_ms", 200}, {"backoff", 11}});
  CHECK(evidence(run.finish("zero-window-alive").at(0), "window_closed_s") == doctest::Approx(424.6));
}

TEST_CASE("ten closed windows of one peer are critical") {
  const auto at = [](std::size_t count) {
    return Diagnosing()
        .rows(count, waiting(TimerKind::probe, 0, 100), {{"rto_ms", 200}, {"backoff", 6}})
        .verdict("zero-window-alive");
  };
  CHECK(at(9) == Severity::warning);
  CHECK(at(10) == Severity::critical);
}

TEST_CASE("unanswered probes, retransmissions and keepalive probes by their number") {
  struct Case {
    std::string_view rule;
    TimerKind timer;
    std::uint32_t tries;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 12>{{
           {"zero-window-gone", TimerKind::probe, 2, Severity::ok},
           {"zero-window-gone", TimerKind::probe, 3, Severity::warning},
           {"zero-window-gone", TimerKind::probe, 5, Severity::warning},
           {"zero-window-gone", TimerKind::probe, 6, Severity::critical},
           {"retransmitting", TimerKind::retransmit, 2, Severity::ok},
           {"retransmitting", TimerKind::retransmit, 3, Severity::warning},
           {"retransmitting", TimerKind::retransmit, 5, Severity::warning},
           {"retransmitting", TimerKind::retransmit, 6, Severity::critical},
           {"keepalive-dead", TimerKind::keepalive, 1, Severity::ok},
           {"keepalive-dead", TimerKind::keepalive, 2, Severity::warning},
           {"keepalive-dead", TimerKind::keepalive, 7, Severity::warning},
           {"keepalive-dead", TimerKind::keepalive, 8, Severity::critical},
       }}) {
    CAPTURE(one.rule);
    CAPTURE(one.tries);
    CHECK(Diagnosing().rows(1, waiting(one.timer, one.tries)).verdict(one.rule) == one.expected);
  }
}

TEST_CASE("the last keepalive probe is the one that the sysctl says") {
  Diagnosing run;
  run.rule_limits.limits.keepalive_probes = 5;
  CHECK(run.rows(1, waiting(TimerKind::keepalive, 4)).verdict("keepalive-dead") == Severity::critical);
  Diagnosing chosen;
  chosen.rule_limits.limits.keepalive_probes = 5;
  chosen.rule_limits.thresholds.set("keepalive-dead", "critical", 6);
  CHECK(chosen.rows(1, waiting(TimerKind::keepalive, 4)).verdict("keepalive-dead") == Severity::warning);
}

TEST_CASE("thirty seconds without an answer are critical at any number of retransmissions") {
  // RTO doubled three times to 24 s: 3 + 6 + 12 s have passed, and of the running 24 all but what is left.
  const Diagnosing::Info info = {{"rto_ms", 24'000}, {"backoff", 3}, {"last_ack_recv_ms", 500'000}};
  CHECK(Diagnosing().rows(1, waiting(TimerKind::retransmit, 3, 15'001), info).verdict("retransmitting") ==
        Severity::warning);
  CHECK(Diagnosing().rows(1, waiting(TimerKind::retransmit, 3, 15'000), info).verdict("retransmitting") ==
        Severity::critical);
  // An old connection that has just begun to send is not stuck since its last ACK.
  CHECK(Diagnosing()
            .rows(1, waiting(TimerKind::retransmit, 3, 1000),
                  {{"rto_ms", 1'600}, {"backoff", 3}, {"last_ack_recv_ms", 3'600'000}})
            .verdict("retransmitting") == Severity::warning);
}

TEST_CASE("one peer, or all of them") {
  Diagnosing one_peer;
  one_peer.rows(6, waiting(TimerKind::retransmit, 4));
  auto found = one_peer.finish("retransmitting");
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "198.51.100.7");
  CHECK(found[0].next == "tcpstat --state ESTABLISHED -p -i --remote 198.51.100.7");

  Diagnosing many;
  for (unsigned i = 1; i <= 6; ++i) {
    Connection row = waiting(TimerKind::retransmit, 4);
    row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
    many.rows(1, row);
  }
  found = many.finish("retransmitting");
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "host");
  CHECK(found[0].message.find("spread over 6 peers") != std::string::npos);
}

TEST_CASE("a few clients of many that walked away are ordinary") {
  Diagnosing run;
  run.rows(10'000, served(State::established));
  run.rows(10, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::ok);
  run.rows(1, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::critical);
}

TEST_CASE("unread data by age or by a full buffer") {
  struct Case {
    std::string_view name;
    std::size_t count;
    std::uint32_t recv_queue;
    std::uint64_t last_data_ms;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 7>{{
           {"young", 500, 100, 30'000, Severity::ok},
           {"old", 1, 100, 30'001, Severity::warning},
           {"old, nine", 9, 100, 31'000, Severity::warning},
           {"old, ten", 10, 100, 31'000, Severity::critical},
           {"nothing unread", 10, 0, 3'600'000, Severity::ok},
           {"a full buffer", 1, 80'000, 1'000, Severity::warning},
           {"a full buffer in passing", 10, 80'000, 999, Severity::ok},
       }}) {
    CAPTURE(one.name);
    Connection row = served(State::established);
    row.recv_queue = one.recv_queue;
    row.recv_buffer_bytes = 100'000;
    Diagnosing run;
    run.rows(one.count, row, {{"last_data_recv_ms", one.last_data_ms}}, kServer);
    CHECK(run.verdict("not-reading") == one.expected);
    if (one.expected != Severity::ok) CHECK(run.finish("not-reading").at(0).subject == "server(77)");
  }
}

TEST_CASE("a receive buffer is full by the memory that segments take, or by their bytes") {
  struct Case {
    std::uint32_t recv_queue;
    std::optional<std::uint32_t> memory;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{79'999, {}, Severity::ok},
                                              {80'000, {}, Severity::warning},
                                              {50'000, 79'999, Severity::ok},
                                              {50'000, 80'000, Severity::warning},
                                              {0, 100'000, Severity::ok}}}) {
    CAPTURE(one.recv_queue);
    Connection row = served(State::established);
    row.recv_queue = one.recv_queue;
    row.recv_memory_bytes = one.memory;
    row.recv_buffer_bytes = 100'000;
    Diagnosing run;
    run.rows(1, row, {{"last_data_recv_ms", 2'000}}, kServer);
    CHECK(run.verdict("not-reading") == one.expected);
    if (one.expected == Severity::ok) continue;
    const Finding found = run.finish("not-reading").at(0);
    CHECK(evidence(found, "fullest_of_all") == doctest::Approx(0.8));
    CHECK(
        found.message ==
        "server(77) does not read 1 connection on port 443 where data fills the receive buffer, the oldest for 2 s: it "
        "is stuck, or waits for something else");
  }
}

TEST_CASE("a window that this side has closed is a full buffer, whatever it holds") {
  struct Case {
    std::uint32_t recv_queue;
    std::uint64_t window;
    std::uint64_t last_data_ms;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{{{100, 0, 1'000, Severity::warning},
                                              {100, 0, 999, Severity::ok},
                                              {100, 1, 1'000, Severity::ok},
                                              {0, 0, 60'000, Severity::ok}}}) {
    CAPTURE(one.window);
    Connection row = served(State::established);
    row.recv_queue = one.recv_queue;
    Diagnosing run;
    run.rows(1, row, {{"last_data_recv_ms", one.last_data_ms}, {"rcv_wnd", one.window}}, kServer);
    CHECK(run.verdict("not-reading") == one.expected);
    if (one.expected != Severity::ok) CHECK(evidence(run.finish("not-reading").at(0), "full_of_all") == 1);
  }
}

TEST_CASE("what no program has accepted, none can read") {
  Connection row = served(State::established);
  row.inode = 0;
  row.recv_queue = 100;
  CHECK(Diagnosing().rows(10, row, {{"last_data_recv_ms", 60'000}}).verdict("not-reading") == Severity::ok);
}

TEST_CASE("without tcp_info unread data has no age and is no finding") {
  Connection row = served(State::established);
  row.recv_queue = 100;
  CHECK(Diagnosing().rows(100, row, {}, kServer).finish().empty());
}

TEST_CASE("the host's share of retransmissions needs two samples and enough segments") {
  struct Case {
    std::uint64_t sent;
    std::uint64_t again;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{1000, 19, Severity::ok},
                                              {1000, 20, Severity::warning},
                                              {1000, 49, Severity::warning},
                                              {1000, 50, Severity::critical},
                                              {999, 999, Severity::ok}}}) {
    CAPTURE(one.sent);
    CAPTURE(one.again);
    Diagnosing run;
    run.facts.counters.out_segs = 5000 + one.sent;
    run.facts.counters.retrans_segs = 70 + one.again;
    CHECK(run.verdict("retransmitting") == Severity::ok);
    run.before.emplace();
    run.before->counters.out_segs = 5000;
    run.before->counters.retrans_segs = 70;
    CHECK(run.verdict("retransmitting") == one.expected);
    // All of them SYN+ACKs that a flood does not answer: no path loses anything.
    run.before->counters.syn_retrans = 10;
    run.facts.counters.syn_retrans = 10 + one.again;
    CHECK(run.verdict("retransmitting") == Severity::ok);
  }
}
