// ESTABLISHED: which end an open connection stands still for.

#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("without tcp_info a closed window is as likely as nothing that goes out") {
  Diagnosing young;
  CHECK(young.rows(1, waiting(TimerKind::probe, 0, 9'999)).finish().empty());
  // The timer runs down, and what it tells with it.
  const auto unseen = young.diagnoser().not_seen();
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].rule == "not-sent");
  CHECK(unseen[0].unjudged == 1);
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
  CHECK(all[0].next ==
        "tcpstat --state ESTABLISHED -p -o +FLAGS,SND_WND,UNACKED --remote 198.51.100.7 --sort retransmits:desc "
        "--limit 20");
  // Of few connections it is a warning all the same: it is this host that cannot send.
  run.rows(2'000, served(State::established));
  CHECK(run.verdict("not-sent") == Severity::warning);
}

TEST_CASE("CLOSE_WAIT is judged as an open connection while it sends") {
  Connection row = waiting(TimerKind::retransmit, 6);
  row.state = State::close_wait;
  row.recv_queue = 0;
  Diagnosing run;
  run.rows(10, row);
  run.rows(5, served(State::established));
  // Those that wait for the program here are no share of what waits for peers.
  run.rows(1'000, served(State::close_wait));
  const auto all = run.finish("retransmitting");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(told(all[0]).starts_with("10 of 15 connections wait for an answer to data sent again and again"));
  CHECK(all[0].next == "tcpstat --state CLOSE_WAIT -p -i --remote 198.51.100.7 --sort retransmits:desc --limit 20");
  run.rows(1, waiting(TimerKind::retransmit, 6));
  CHECK(run.finish("retransmitting").at(0).next.starts_with("tcpstat --state ESTABLISHED,CLOSE_WAIT -p"));

  Diagnosing held;
  row.timer = TimerKind::probe;
  held.rows(10, row, {{"snd_wnd", 0}});
  CHECK(held.verdict("zero-window-gone") == Severity::critical);
}

TEST_CASE("connections of an address that this host has no more are a warning, and end by themselves") {
  const Diagnosing::Info open_window = {{"rto_ms", 200}, {"backoff", 5}, {"snd_wnd", 65'535}};
  const auto severity = [&](std::optional<std::vector<Address>> addresses, std::string_view local) {
    Diagnosing run;
    run.rule_limits.addresses = std::move(addresses);
    Connection row = waiting(TimerKind::probe, 6);
    row.local.address = address(local);
    run.rows(12, row, open_window);
    return run.verdict("not-sent");
  };
  CHECK(severity(std::nullopt, "192.0.2.1") == Severity::critical);
  CHECK(severity({{address("192.0.2.1")}}, "192.0.2.1") == Severity::critical);
  CHECK(severity({{address("192.0.2.1")}}, "::ffff:192.0.2.1") == Severity::critical);
  CHECK(severity({{address("192.0.2.1")}}, "127.0.0.2") == Severity::critical);
  CHECK(severity({{address("192.0.2.9")}}, "192.0.2.1") == Severity::warning);

  Diagnosing run;
  run.rule_limits.addresses = std::vector<Address>{};
  run.rows(12, waiting(TimerKind::probe, 6), open_window);
  const auto all = run.finish("not-sent");
  REQUIRE(all.size() == 1);
  CHECK(all[0].message.starts_with("12 connections cannot send from an address that no device of this host has"));
  CHECK(all[0].why == "the address has gone (failover, roaming, DHCP), and they end by themselves");
}

TEST_CASE("old connections of a service whose new ones end well are forgotten on the way") {
  const auto words = [](std::uint64_t ended_ms, std::string_view to, std::size_t elsewhere = 0) {
    Diagnosing run;
    Connection row = connection(State::established, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 5432));
    row.timer = TimerKind::retransmit;
    row.timer_ms = 0;
    row.retransmits = 4;
    row.send_queue = 100;
    const Diagnosing::Info waited = {{"rto_ms", 3'200}, {"backoff", 4}, {"last_ack_recv_ms", 60'000}};  // 6.2 s
    for (int i = 0; i < 5; ++i, ++row.local.port) run.rows(1, row, waited);
    row.remote = endpoint("198.51.100.8", 5432);
    for (std::size_t i = 0; i < elsewhere; ++i, ++row.local.port) run.rows(1, row, waited);
    Connection ended = connection(State::time_wait, endpoint("192.0.2.1", 50'000), endpoint(std::string(to), 5432));
    ended.minisocket = true;
    ended.age_ms = ended_ms;
    run.rows(1, ended);
    return run.finish("retransmitting").at(0).why;
  };
  const std::string forgotten = "a firewall or NAT on the way may have forgotten these";
  CHECK(words(1'000, "198.51.100.7") == forgotten);
  CHECK(words(6'100, "198.51.100.7") == forgotten);
  CHECK(words(6'200, "198.51.100.7") != forgotten);
  CHECK(words(1'000, "198.51.100.8") != forgotten);
  CHECK(words(1'000, "198.51.100.7", 1) != forgotten);
}

TEST_CASE("what peers have twice, and what those that are gone were sent, is no loss of the host") {
  const auto lossy = [](const std::function<void(Diagnosing&)>& change) {
    Diagnosing run;
    run.rows(10, served(State::established), {{"data_segs_out", 100}, {"total_retrans", 2}});
    KernelCounters& before = run.before.emplace().counters;
    before.out_segs = before.retrans_segs = before.dsack_recv = before.dsack_recv_segs = 0;
    run.facts.counters.out_segs = 1000;
    run.facts.counters.retrans_segs = 100;
    change(run);
    std::vector<Finding> all = run.finish("retransmitting");
    std::erase_if(all, [](const Finding& one) { return !evidence(one, "retransmitted_share"); });
    return all.empty() ? 0 : *evidence(all[0], "segments_sent_again");
  };
  CHECK(lossy([](Diagnosing&) {}) == 100);
  CHECK(lossy([](Diagnosing& run) { run.facts.counters.dsack_recv_segs = 70; }) == 30);
  CHECK(lossy([](Diagnosing& run) { run.facts.counters.dsack_recv_segs = 90; }) == 0);
  CHECK(lossy([](Diagnosing& run) { run.facts.counters.dsack_recv = 70; }) == 30);  // before Linux 5.8
  CHECK(lossy([](Diagnosing& run) { run.rows(10, waiting(TimerKind::retransmit, 7)); }) == 30);
  // Nor of a connection.
  CHECK(lossy([](Diagnosing& run) {
          run.rows(11, served(State::established), {{"data_segs_out", 100}, {"total_retrans", 9}, {"dsack_dups", 8}});
        }) == 100);
  Diagnosing run;
  run.rows(10, served(State::established), {{"data_segs_out", 100}, {"total_retrans", 9}, {"dsack_dups", 8}});
  run.before.emplace().counters.out_segs = 0;
  run.before->counters.retrans_segs = 0;
  run.facts.counters.out_segs = 1000;
  run.facts.counters.retrans_segs = 100;
  CHECK(run.finish("retransmitting").at(0).severity == Severity::info);
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
    CHECK(Diagnosing().rows(10, waiting(one.timer, one.tries), {{"snd_wnd", 0}}).verdict(one.rule) == one.expected);
  }
}

TEST_CASE("the last keepalive probe is the one that the sysctl says") {
  Diagnosing run;
  run.rule_limits.limits.keepalive_probes = 5;
  CHECK(run.rows(10, waiting(TimerKind::keepalive, 4)).verdict("keepalive-dead") == Severity::critical);
  Diagnosing chosen;
  chosen.rule_limits.limits.keepalive_probes = 5;
  chosen.rule_limits.thresholds.set("keepalive-dead", "critical", 6);
  CHECK(chosen.rows(10, waiting(TimerKind::keepalive, 4)).verdict("keepalive-dead") == Severity::warning);
}

TEST_CASE("thirty seconds without an answer are critical at any number of retransmissions") {
  // RTO doubled three times to 24 s: 3 + 6 + 12 s have passed, and of the running 24 all but what is left.
  const Diagnosing::Info info = {{"rto_ms", 24'000}, {"backoff", 3}, {"last_ack_recv_ms", 500'000}};
  CHECK(Diagnosing().rows(10, waiting(TimerKind::retransmit, 3, 15'001), info).verdict("retransmitting") ==
        Severity::warning);
  CHECK(Diagnosing().rows(10, waiting(TimerKind::retransmit, 3, 15'000), info).verdict("retransmitting") ==
        Severity::critical);
  // An old connection that has just begun to send is not stuck since its last ACK.
  CHECK(Diagnosing()
            .rows(10, waiting(TimerKind::retransmit, 3, 1000),
                  {{"rto_ms", 1'600}, {"backoff", 3}, {"last_ack_recv_ms", 3'600'000}})
            .verdict("retransmitting") == Severity::warning);
}

TEST_CASE("the host's share of retransmissions needs two samples and enough segments") {
  struct Case {
    std::uint64_t sent;
    std::uint64_t again;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 6>{{{1000, 19, Severity::ok},
                                              {1000, 20, Severity::warning},
                                              {1000, 49, Severity::warning},
                                              {1000, 50, Severity::critical},
                                              {999, 19, Severity::ok},
                                              {365, 20, Severity::critical}}}) {
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

TEST_CASE("what a quiet host sends again is loss only if most of its connections lose some") {
  for (const std::size_t lossy : {std::size_t{4}, std::size_t{5}}) {
    CAPTURE(lossy);
    Diagnosing run;
    run.rows(lossy, served(State::established), {{"data_segs_out", 50}, {"total_retrans", 5}});
    run.rows(10 - lossy, served(State::established), {{"data_segs_out", 50}, {"total_retrans", 0}});
    run.before.emplace();
    run.before->counters.out_segs = run.before->counters.retrans_segs = 0;
    run.facts.counters.out_segs = 999;
    run.facts.counters.retrans_segs = 100;
    CHECK(run.verdict("retransmitting") == (lossy == 5 ? Severity::critical : Severity::ok));
  }
}

TEST_CASE("loss on the way to some peers is theirs, to most of them the host's, and else not known") {
  struct Case {
    std::string_view name;
    std::size_t lossy;
    std::size_t well;
    Severity expected;
    std::string_view words;
    std::string_view advice;
  };
  const std::string_view look_at_both = "compare the worst connections; look at this host's own link (ip -s link)";
  for (const Case& one : std::array<Case, 4>{{
           {"some", 4, 6, Severity::info, "4 of 10 connections lose some, the paths to their peers do",
            "check the paths to the worst of them"},
           {"half", 5, 5, Severity::critical, "5 of 10 connections lose some", "look at this host's own link first"},
           {"few that sent anything", 9, 0, Severity::warning, "a link or a path loses them", look_at_both},
           {"none", 0, 0, Severity::warning, "a link or a path loses them", look_at_both},
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
    CHECK(all[0].advice == one.advice);
    CHECK(all[0].warning == 0.02);
    CHECK(all[0].critical == 0.05);
    REQUIRE(all[0].evidence.size() == 5);
    CHECK(all[0].evidence[0].quantity == "retransmitted_share");
    CHECK(all[0].evidence[0].value == 0.1);
    CHECK(all[0].evidence[0].limit == 0.02);
    CHECK(all[0].evidence[1].quantity == "segments_sent");
    CHECK(all[0].evidence[1].value == 1000);
    CHECK(evidence(all[0], "segments_sent_again") == 100);
    CHECK(evidence(all[0], "lossy_connections") == static_cast<double>(one.lossy));
    CHECK(evidence(all[0], "connections_that_sent") == static_cast<double>(one.lossy + one.well));
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

TEST_CASE("what has not gone out, or went out in small segments, is no full segment") {
  const auto says = [](std::uint64_t not_sent, std::uint64_t bytes_again, std::uint64_t again) {
    Connection row = served(State::established);
    row.timer = TimerKind::retransmit;
    row.retransmits = 4;
    row.send_queue = 4200;
    Diagnosing run;
    run.rows(5, row,
             {{"mss", 1448},
              {"bytes_acked", 600},
              {"notsent_bytes", not_sent},
              {"bytes_retrans", bytes_again},
              {"total_retrans", again}});
    return run.finish("retransmitting").at(0).message.find("full segments") != std::string::npos;
  };
  CHECK(says(0, 4 * 1448, 4));
  CHECK(says(2752, 4 * 1448, 4));
  CHECK_FALSE(says(2753, 4 * 1448, 4));
  CHECK(says(0, 2 * 1448, 4));  // the last segment of a burst may be small
  CHECK_FALSE(says(0, 2 * 1448 - 1, 4));
  CHECK_FALSE(says(0, 8 * 200, 8));
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

TEST_CASE("a cause is told where three or more have it, and nothing else waits") {
  Connection row = waiting(TimerKind::retransmit, 4, 2000);
  const Diagnosing::Info full = {{"mss", 1448}, {"bytes_acked", 0}, {"bytes_received", 18}};
  const Diagnosing::Info idle = {
      {"last_data_recv_ms", 600'000}, {"rto_ms", 3200}, {"backoff", 4}, {"last_ack_recv_ms", 600'000}};
  struct Case {
    std::string_view name;
    const Diagnosing::Info& info;
    std::string_view what;
  };
  for (const Case& one : {Case{"full segments", full, " to full segments, of which none ever came through"},
                          Case{"after they were idle", idle, " to data sent again and again after they were idle"}}) {
    CAPTURE(one.name);
    const auto says = [&](std::size_t alike, std::size_t others) {
      Diagnosing run;
      run.rows(alike, row, one.info).rows(others, row);
      const std::string message = run.finish("retransmitting").at(0).message;
      CHECK(message.find(" for an answer to ") != std::string::npos);
      return message.find(one.what) != std::string::npos;
    };
    CHECK(says(3, 0));
    CHECK_FALSE(says(2, 0));
    CHECK_FALSE(says(3, 1));
  }
  const Finding found = Diagnosing().rows(3, row, full).finish("retransmitting").at(0);
  CHECK(found.why == "small segments do: the path MTU may be smaller, and ICMP that says so may be dropped");
  CHECK(found.advice == "try ping -M do -s 1472 to one of them; let ICMP fragmentation-needed pass, or clamp the MSS");
  CHECK(found.next.find(" -o +MSS,UNACKED,BYTES_ACKED") != std::string::npos);
}

TEST_CASE("one peer that is gone does not take the cause of the others away") {
  Connection row = waiting(TimerKind::retransmit, 4, 2000);
  const Diagnosing::Info full = {{"mss", 1448}, {"bytes_acked", 0}, {"bytes_received", 18}};
  const Diagnosing::Info idle = {
      {"last_data_recv_ms", 600'000}, {"rto_ms", 3200}, {"backoff", 4}, {"last_ack_recv_ms", 600'000}};
  for (const Diagnosing::Info& info : {full, idle}) {
    // All of the peer that has most, or nearly all.
    for (const bool one_peer : {true, false}) {
      CAPTURE(one_peer);
      Diagnosing run;
      for (unsigned i = 1; i <= 9; ++i) {
        if (!one_peer) row.remote.address = address("203.0.113." + std::to_string(i));
        run.rows(2, row, info);
      }
      Connection gone = row;
      for (unsigned i = 1; i <= (one_peer ? 8U : 2U); ++i) {
        gone.remote.address = address("198.18.0." + std::to_string(i));
        run.rows(1, gone);
      }
      const auto found = run.finish("retransmitting");
      REQUIRE(found.size() == 2);
      CHECK(found[0].message.starts_with("18 of " + std::to_string(one_peer ? 26 : 20) +
                                         " connections wait for an answer to "));
      CHECK(found[0].why.find("the path loses everything") == std::string::npos);
      CHECK(found[1].why == "these are gone, or the path to them loses segments");
    }
    row.remote.address = address("198.51.100.7");
  }
}

TEST_CASE("where many others are gone, full segments and idle connections tell nothing") {
  Diagnosing run;
  Connection row = waiting(TimerKind::retransmit, 4, 2000);
  for (unsigned i = 1; i <= 20; ++i) {
    row.remote.address = address("203.0.113." + std::to_string(i));
    if (i <= 17) {
      run.rows(1, row, {{"mss", 1448}, {"bytes_acked", 0}, {"bytes_received", 18}});
    } else {
      run.rows(1, row);
    }
  }
  const auto found = run.finish("retransmitting");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.starts_with("20 connections wait for an answer to data sent again and again"));
}

TEST_CASE("connections that a firewall forgot are known by new ones that work, beside a peer that is gone") {
  const auto says = [](std::size_t gone) {
    const Diagnosing::Info stuck = {{"rto_ms", 3200}, {"backoff", 4}, {"last_ack_recv_ms", 20'000}};
    Diagnosing run;
    Connection pool = waiting(TimerKind::retransmit, 4, 0);
    pool.remote.port = 5432;
    for (pool.local.port = 40'000; pool.local.port < 40'020; ++pool.local.port) run.rows(1, pool, stuck);
    run.rows(gone, waiting(TimerKind::retransmit, 4, 0), stuck);
    Connection fresh = pool;
    fresh.state = State::time_wait;
    fresh.minisocket = true;
    fresh.timer = TimerKind::time_wait;
    fresh.age_ms = 1000;
    run.rows(1, fresh);
    return run.finish("retransmitting").at(0).message.find("though new ones to the same service end well") !=
           std::string::npos;
  };
  CHECK(says(0));
  CHECK(says(2));
  CHECK_FALSE(says(3));
}

TEST_CASE("what closing connections send again in vain is no loss of a path") {
  const auto verdict = [](State state, TimerKind timer, std::uint32_t tries) {
    Diagnosing run;
    Connection row = served(state);
    row.timer = timer;
    row.timer_ms = 500;
    row.retransmits = tries;
    row.send_queue = 1;
    run.rows(15, row);
    run.before.emplace();
    run.before->counters.out_segs = run.before->counters.retrans_segs = 0;
    run.facts.counters.out_segs = 1000;
    run.facts.counters.retrans_segs = 60;
    return run.verdict("retransmitting");
  };
  for (const State state : {State::fin_wait1, State::last_ack, State::closing}) {
    CAPTURE(name(state));
    CHECK(verdict(state, TimerKind::retransmit, 4) == Severity::ok);
    CHECK(verdict(state, TimerKind::retransmit, 2) == Severity::warning);
    CHECK(verdict(state, TimerKind::probe, 4) == Severity::warning);
  }
}
