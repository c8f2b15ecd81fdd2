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
    // Two peers, neither of which has as many as its whole program would.
    Connection row = waiting(TimerKind::probe, 0, one.timer_ms);
    run.rows(5, row, {{"rto_ms", 200}, {"backoff", one.backoff}, {"snd_wnd", 0}});
    row.remote.address = address("203.0.113.1");
    run.rows(5, row, {{"rto_ms", 200}, {"backoff", one.backoff}, {"snd_wnd", 0}});
    CHECK(run.verdict("zero-window-alive") == one.expected);
    CHECK(run.verdict("zero-window-gone") == Severity::ok);
  }
}

TEST_CASE("without tcp_info a closed window is as likely as nothing that goes out") {
  Diagnosing young;
  CHECK(young.rows(1, waiting(TimerKind::probe, 0, 9'999)).finish().empty());
  // The timer runs down, and what it tells with it.
  const auto unseen = young.diagnoser().not_seen();
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].rule == "not-sent");
  CHECK_FALSE(unseen[0].judged);
  CHECK(unseen[0].what ==
        "how long 1 connection has waited with data that is not sent, and why: only tcp_info tells (--source netlink; "
        "-i where rows are saved)");
  Diagnosing run;
  run.rows(2, waiting(TimerKind::probe, 0, 10'000));  // at least as old as the running timer is long
  const auto all = run.finish();
  REQUIRE(all.size() == 1);
  CHECK(all[0].rule == "not-sent");
  CHECK(all[0].severity == Severity::warning);
  CHECK(told(all[0]) ==
        "2 connections wait with data that is not sent, for at least 10 s; 198.51.100.7: its window is closed, or "
        "nothing goes out here (link, route); only tcp_info tells");
  CHECK(all[0].evidence.back().quantity == "oldest_s");
  CHECK(all[0].evidence.back().source == "timer");
  CHECK(all[0].brief == "2 connections wait with unsent data");
  CHECK(Diagnosing().rows(1, waiting(TimerKind::probe, 9, 500)).verdict("not-sent") == Severity::warning);
}

TEST_CASE("intervals stop doubling at two minutes") {
  Diagnosing run;
  // 0.2 + … + 102.4 = 204.6 s, then 120 s each.
  run.rows(1, waiting(TimerKind::probe, 0, 20'000), {{"rto_ms", 200}, {"backoff", 11}, {"snd_wnd", 0}});
  CHECK(evidence(run.finish("zero-window-alive").at(0), "window_closed_s") == doctest::Approx(424.6));
}

TEST_CASE("data that waits though the peer has room cannot be sent here") {
  struct Case {
    std::uint32_t tries;
    Severity expected;
  };
  const Diagnosing::Info open_window = {{"snd_wnd", 65'536}, {"rto_ms", 204}, {"backoff", 5}};
  for (const Case& one : std::array<Case, 4>{
           {{2, Severity::ok}, {3, Severity::warning}, {5, Severity::warning}, {6, Severity::critical}}}) {
    CAPTURE(one.tries);
    Diagnosing run;
    run.rows(12, waiting(TimerKind::probe, one.tries), open_window);
    CHECK(run.verdict("not-sent") == one.expected);
    CHECK(run.verdict("zero-window-gone") == Severity::ok);
    CHECK(run.verdict("zero-window-alive") == Severity::ok);
  }
  Diagnosing run;
  run.rows(12, waiting(TimerKind::probe, 5, 5'220), open_window);
  run.rows(28, served(State::established));
  const auto all = run.finish("not-sent");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "198.51.100.7");
  CHECK(told(all[0]) ==
        "12 of 40 connections cannot send, the oldest for 7 s; 198.51.100.7: no route, link "
        "down or "
        "dropped on the way out");
  CHECK(all[0].next == "tcpstat --state ESTABLISHED -p -o +FLAGS,SND_WND,UNACKED --remote 198.51.100.7");
  // Of few connections it is a warning all the same: it is this host that cannot send.
  run.rows(2'000, served(State::established));
  CHECK(run.verdict("not-sent") == Severity::warning);
}

TEST_CASE("many closed windows are slow readers or an attack, and never this host's link") {
  Diagnosing run;
  for (unsigned i = 1; i <= 150; ++i) {
    Connection row = waiting(TimerKind::probe, 0, 100);
    row.send_queue = 128'000;
    row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
    run.rows(1, row, {{"rto_ms", 200}, {"backoff", 6}, {"snd_wnd", 0}});
  }
  const auto all = run.finish("zero-window-alive");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(all[0].subject == "host");
  CHECK(told(all[0]) ==
        "150 peers of :443 keep their window closed for 25 s (150 connections): slow readers, or an attack on memory; "
        "each "
        "holds 128 KB here");
  CHECK(evidence(all[0], "bytes_held") == 19'200'000);
  CHECK(all[0].next == "tcpstat --state ESTABLISHED -p -i --sort send_queue:desc --limit 20 --local-port 443");
}

TEST_CASE("a few slow readers of many are their own trouble, a hundred are not") {
  const auto at = [](std::size_t slow, std::size_t others) {
    Diagnosing run;
    for (std::size_t i = 0; i < slow; ++i) {
      Connection row = waiting(TimerKind::probe, 0, 100);
      row.remote.address = address("203.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1));
      run.rows(1, row, {{"rto_ms", 200}, {"backoff", 9}, {"snd_wnd", 0}});
    }
    return run.rows(others, served(State::established)).verdict("zero-window-alive");
  };
  CHECK(at(9, 82) == Severity::info);
  CHECK(at(9, 81) == Severity::warning);
  CHECK(at(9, 0) == Severity::warning);
  CHECK(at(10, 0) == Severity::critical);
  CHECK(at(99, 1000) == Severity::info);
  CHECK(at(100, 1000) == Severity::warning);
  CHECK(at(1, 1'001) == Severity::ok);
}

TEST_CASE("ten closed windows of one peer are critical") {
  const auto at = [](std::size_t count) {
    return Diagnosing()
        .rows(count, waiting(TimerKind::probe, 0, 100), {{"rto_ms", 200}, {"backoff", 6}, {"snd_wnd", 0}})
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
    CHECK(Diagnosing().rows(1, waiting(one.timer, one.tries), {{"snd_wnd", 0}}).verdict(one.rule) == one.expected);
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
  CHECK(told(found[0]).find("spread over 6 peers") != std::string::npos);
}

TEST_CASE("half of them with one peer are not most of them") {
  Diagnosing run;
  run.rows(2, waiting(TimerKind::retransmit, 4));
  Connection other = waiting(TimerKind::retransmit, 4);
  other.remote.address = address("203.0.113.1");
  run.rows(2, other);
  CHECK(run.finish("retransmitting").at(0).subject == "host");
  run.rows(1, other);
  CHECK(run.finish("retransmitting").at(0).subject == "203.0.113.1");
}

TEST_CASE("a few clients of many that walked away are ordinary") {
  Diagnosing run;
  run.rows(10'000, served(State::established));
  run.rows(10, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::ok);
  run.rows(1, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::info);
}

TEST_CASE("whose trouble it is depends on how many of all connections have it") {
  struct Case {
    std::size_t hit;
    std::size_t others;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{9, 82, Severity::info},
                                              {9, 81, Severity::warning},
                                              {9, 10, Severity::warning},
                                              {9, 9, Severity::critical},
                                              {9, 0, Severity::critical}}}) {
    CAPTURE(one.others);
    Diagnosing run;
    run.rows(one.others, served(State::established)).rows(one.hit, waiting(TimerKind::retransmit, 8));
    CHECK(run.verdict("retransmitting") == one.expected);
  }
}

TEST_CASE("three connections that this host opened are its own work, however many clients it has") {
  Connection row = waiting(TimerKind::retransmit, 8);
  row.local.port = 50'000;
  row.remote.port = 432;  // rows() counts up
  Diagnosing run;
  run.rows(500, served(State::established)).rows(2, row);
  CHECK(run.verdict("retransmitting") == Severity::info);
  run.rows(1, row);
  CHECK(run.verdict("retransmitting") == Severity::warning);
}

TEST_CASE("it is said how many peers wait, of how many connections") {
  Diagnosing run;
  run.rows(90, served(State::established));
  for (unsigned i = 1; i <= 4; ++i) {
    Connection row = waiting(TimerKind::retransmit, 4);
    row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
    run.rows(1, row);
  }
  CHECK(told(run.finish("retransmitting").at(0)) ==
        "4 of 94 connections wait for an answer to data sent again and again; spread over 4 peers: these are gone, or "
        "the "
        "path to them loses segments");
  run.rows(5, waiting(TimerKind::retransmit, 4));
  CHECK(told(run.finish("retransmitting").at(0)) ==
        "9 of 99 connections wait for an answer to data sent again and again; 5 of them with 198.51.100.7, of 5 peers: "
        "the "
        "peer is gone, or the path loses everything");
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
    CHECK(told(found) ==
          "server(77) does not read 1 connection on :443 where data fills the receive buffer, the oldest for 2 s: it "
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
    run.rows(10, served(State::established), {{"data_segs_out", 100}, {"total_retrans", 2}});
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

TEST_CASE("loss on the way to some peers is theirs, to most of them the host's, and else not known") {
  struct Case {
    std::string_view name;
    std::size_t lossy;
    std::size_t well;
    Severity expected;
    std::string_view words;
  };
  for (const Case& one : std::array<Case, 4>{{
           {"some", 4, 6, Severity::info, "4 of 10 connections lose some, the paths to their peers do"},
           {"half", 5, 5, Severity::critical, "5 of 10 connections lose some"},
           {"few that sent anything", 9, 0, Severity::warning, "a link or a path loses them"},
           {"none", 0, 0, Severity::warning, "a link or a path loses them"},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.rows(one.lossy, served(State::established), {{"data_segs_out", 50}, {"total_retrans", 1}});
    run.rows(one.well, served(State::established), {{"data_segs_out", 51}, {"total_retrans", 1}});
    run.rows(50, served(State::established), {{"data_segs_out", 19}, {"total_retrans", 19}});  // too little to tell
    run.before.emplace();
    run.before->counters.out_segs = 0;
    run.before->counters.retrans_segs = 0;
    run.facts.counters.out_segs = 1000;
    run.facts.counters.retrans_segs = 100;
    const auto all = run.finish("retransmitting");
    REQUIRE(all.size() == 1);
    CHECK(all[0].severity == one.expected);
    CHECK(told(all[0]) == "10 % of the segments that this host sends are retransmissions: " + std::string(one.words));
    CHECK(all[0].brief == "10 % of segments sent are retransmissions");
  }
}

TEST_CASE("full segments of which none ever came through are told from peers that are gone") {
  const auto says = [](std::uint64_t send_queue, std::uint64_t acked, std::uint64_t received) {
    Connection row = served(State::established);
    row.timer = TimerKind::retransmit;
    row.retransmits = 4;
    row.send_queue = static_cast<std::uint32_t>(send_queue);
    Diagnosing run;
    run.rows(5, row, {{"mss", 1448}, {"bytes_acked", acked}, {"bytes_received", received}});
    return run.finish("retransmitting").at(0).message.find("full segments, of which none ever came through") !=
           std::string::npos;
  };
  CHECK(says(4000, 0, 18));
  CHECK(says(4000, 700, 0));
  CHECK_FALSE(says(4000, 1448, 18));  // one came through
  CHECK_FALSE(says(100, 0, 18));      // a small one
  CHECK_FALSE(says(4000, 1, 0));      // the peer was never heard again
}

TEST_CASE("connections that were idle before nobody answered may be forgotten by a firewall") {
  const auto why = [](std::uint64_t received_ms) {
    Connection row = served(State::established);
    row.timer = TimerKind::retransmit;
    row.retransmits = 4;
    row.timer_ms = 2000;
    Diagnosing run;
    run.rows(5, row,
             {{"last_data_recv_ms", received_ms}, {"rto_ms", 3200}, {"backoff", 4}, {"last_ack_recv_ms", 600'000}});
    return run.finish("retransmitting").at(0).why;
  };
  CHECK(why(600'000) == "the peer is gone, or a firewall or NAT on the way has forgotten idle connections");
  CHECK(why(30'000) == "the peer is gone, or the path loses everything");
}
