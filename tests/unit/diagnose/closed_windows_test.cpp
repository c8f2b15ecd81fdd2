// ESTABLISHED: peers that answer and keep their window closed.

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

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

TEST_CASE("a peer that closed its half may keep its window closed for the rest") {
  Diagnosing run;
  Connection row = waiting(TimerKind::probe, 0, 1);
  row.state = State::close_wait;
  run.rows(10, row, {{"rto_ms", 200}, {"backoff", 8}, {"snd_wnd", 0}});
  const auto all = run.finish("zero-window-alive");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].next.starts_with("tcpstat --state CLOSE_WAIT -p -i --sort send_queue:desc"));
  // Others that closed their half, and wait for the program here, are no share of these.
  run.rows(1'000, served(State::close_wait));
  CHECK(run.verdict("zero-window-alive") == Severity::critical);
}

TEST_CASE("intervals stop doubling at two minutes") {
  Diagnosing run;
  // 0.2 + … + 102.4 = 204.6 s, then 120 s each.
  run.rows(1, waiting(TimerKind::probe, 0, 20'000), {{"rto_ms", 200}, {"backoff", 11}, {"snd_wnd", 0}});
  CHECK(evidence(run.finish("zero-window-alive").at(0), "window_closed_s") == doctest::Approx(424.6));
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
  const auto held_by_each = [](std::uint32_t bytes) {
    Diagnosing one;
    for (unsigned i = 1; i <= 150; ++i) {
      Connection row = waiting(TimerKind::probe, 0, 100);
      row.send_queue = bytes;
      row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
      one.rows(1, row, {{"rto_ms", 200}, {"backoff", 6}, {"snd_wnd", 0}});
    }
    return told(one.finish("zero-window-alive").at(0));
  };
  CHECK(held_by_each(3'782'144).ends_with("each holds 3.8 MB here"));
  CHECK(held_by_each(12'782'144).ends_with("each holds 12 MB here"));
  CHECK(held_by_each(4'000).ends_with("each holds 4 KB here"));
  CHECK(held_by_each(2'980'000).ends_with("each holds 3 MB here"));
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

TEST_CASE("one or two slow readers of few connections are their own trouble") {
  const auto at = [](std::size_t count) {
    return Diagnosing()
        .rows(count, waiting(TimerKind::probe, 0, 100), {{"rto_ms", 200}, {"backoff", 6}, {"snd_wnd", 0}})
        .rows(2, served(State::established))
        .verdict("zero-window-alive");
  };
  CHECK(at(1) == Severity::info);
  CHECK(at(2) == Severity::info);
  CHECK(at(3) == Severity::warning);
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

namespace {

const Diagnosing::Info kClosedFor25s = {{"rto_ms", 200}, {"backoff", 6}, {"snd_wnd", 0}};

/// So many peers, each with so many connections whose window is closed, that hold so much.
void close_windows(Diagnosing& run, unsigned peers, std::size_t each, std::uint32_t held = 5000) {
  for (unsigned i = 0; i < peers; ++i) {
    Connection row = waiting(TimerKind::probe, 0, 100);
    row.send_queue = held;
    row.remote = endpoint(
        "203." + std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256),
        1024);
    run.rows(each, row, kClosedFor25s);
  }
}

}  // namespace

TEST_CASE("the closed windows of one peer are told with all that they hold") {
  Diagnosing run;
  run.rows(3, waiting(TimerKind::probe, 0, 100), kClosedFor25s).rows(97, served(State::established));
  const auto all = run.finish("zero-window-alive");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::info);
  CHECK(all[0].subject == "198.51.100.7");
  CHECK(all[0].message == "198.51.100.7 keeps the window closed for 25 s on 3 connections on :443");
  CHECK(all[0].brief == "198.51.100.7 closed its window, 3 connections");
  CHECK(all[0].why == "it answers and does not read, its program stands still; each holds 5 KB here");
  CHECK(all[0].advice == "look at the program there");
  CHECK(all[0].next == "tcpstat --state ESTABLISHED -p -i --sort send_queue:desc --limit 20 --remote 198.51.100.7");
  CHECK(all[0].value == 25.3);
  CHECK(all[0].unit == "s");
  CHECK(all[0].warning == 10);
  CHECK(all[0].critical == 60);
  REQUIRE(all[0].evidence.size() == 5);
  CHECK(evidence(all[0], "window_closed_s") == 25.3);
  CHECK(all[0].evidence[0].limit == 10);
  CHECK(evidence(all[0], "sockets") == 3);
  CHECK(all[0].evidence[1].limit == 1);
  CHECK(evidence(all[0], "largest_of_one_peer") == 3);
  CHECK(all[0].evidence[2].limit == 10);
  CHECK(evidence(all[0], "peers") == 1);
  CHECK(evidence(all[0], "bytes_held") == 15'000);
}

TEST_CASE("what no open window closed, and what was not answered, is of other rules") {
  struct Case {
    std::string_view name;
    void (*change)(Connection&);
    std::size_t found;
  };
  for (const Case& one : std::array<Case, 5>{{
           {"as it is", [](Connection&) {}, 1},
           {"a probe was not answered", [](Connection& row) { row.retransmits = 1; }, 0},
           {"nothing waits", [](Connection& row) { row.send_queue = 0; }, 0},
           {"how much waits is not known", [](Connection& row) { row.send_queue.reset(); }, 0},
           {"the timer is not known", [](Connection& row) { row.timer_ms.reset(); }, 0},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    Connection row = waiting(TimerKind::probe, 0, 100);
    one.change(row);
    CHECK(run.rows(1, row, kClosedFor25s).finish("zero-window-alive").size() == one.found);
  }
}

TEST_CASE("more than half of all closed windows make them those of one peer") {
  Diagnosing run;
  close_windows(run, 2, 2);
  CHECK(run.finish("zero-window-alive").at(0).subject == "host");
  run.rows(5, waiting(TimerKind::probe, 0, 100), kClosedFor25s);
  const Finding found = run.finish("zero-window-alive").at(0);
  CHECK(found.subject == "198.51.100.7");
  CHECK(found.message == "3 peers of :443 keep their window closed for 25 s (9 connections)");
  CHECK(found.brief == "3 peers of :443 keep their window closed");
  CHECK(found.advice == "let the program end writes that take too long");
  CHECK(found.next.ends_with("--limit 20 --remote 198.51.100.7"));
}

TEST_CASE("closed windows of several ports are told without one") {
  Diagnosing run;
  close_windows(run, 2, 1);
  Connection row = waiting(TimerKind::probe, 0, 100);
  row.local.port = 80;
  run.rows(1, row, kClosedFor25s);
  const Finding found = run.finish("zero-window-alive").at(0);
  CHECK(found.message == "3 peers keep their window closed for 25 s (3 connections)");
  CHECK(found.brief == "3 peers keep their window closed");
  CHECK(found.next == "tcpstat --state ESTABLISHED -p -i --sort send_queue:desc --limit 20");
}

TEST_CASE("the port that closed windows share is the one here, though it may be one that connect(2) takes") {
  Diagnosing run;
  for (std::uint8_t peer = 1; peer <= 4; ++peer) {
    Connection row = waiting(TimerKind::probe, 0, 100);
    row.local.port = 50'051;
    row.remote = endpoint("198.51.100." + std::to_string(peer), static_cast<std::uint16_t>(39'678 + peer));
    run.rows(1, row, kClosedFor25s);
  }
  const Finding found = run.finish("zero-window-alive").at(0);
  CHECK(found.message == "4 peers of :50051 keep their window closed for 25 s (4 connections)");
  CHECK(found.next.ends_with("--local-port 50051"));
}

TEST_CASE("of more peers than are told apart some are not counted") {
  Diagnosing run;
  close_windows(run, RowGroups::kMost, 1);
  CHECK(run.finish("zero-window-alive").at(0).message.starts_with("4096 peers of :443 keep"));
  run.rows(1, waiting(TimerKind::probe, 0, 100), kClosedFor25s);
  CHECK(run.finish("zero-window-alive").at(0).message.starts_with("More than 2049 peers of :443 keep"));
}

TEST_CASE("what each closed window holds is told in the unit that has few digits") {
  struct Case {
    std::uint32_t held;
    std::string_view text;
  };
  for (const Case& one : std::array<Case, 6>{{{1, "1 byte"},
                                              {999, "999 bytes"},
                                              {1000, "1 KB"},
                                              {999'999, "999 KB"},
                                              {1'000'000, "1 MB"},
                                              {12'999'999, "12 MB"}}}) {
    CAPTURE(one.held);
    Diagnosing run;
    close_windows(run, 2, 1, one.held);
    CHECK(run.finish("zero-window-alive").at(0).why ==
          "slow readers, or an attack on memory; each holds " + std::string(one.text) + " here");
  }
}

TEST_CASE("a minute makes ten closed windows of different peers critical") {
  const auto at = [](std::size_t count, std::uint32_t timer_ms) {
    Diagnosing run;
    for (std::size_t i = 0; i < count; ++i) {
      Connection row = waiting(TimerKind::probe, 0, timer_ms);
      row.remote.address = address("203.0.113." + std::to_string(i));
      run.rows(1, row, {{"rto_ms", 200}, {"backoff", 8}, {"snd_wnd", 0}});
    }
    return run.finish("zero-window-alive").at(0);
  };
  CHECK(at(10, 42'200).severity == Severity::critical);
  CHECK(at(10, 42'200).evidence[0].limit == 60);
  CHECK(at(9, 42'200).severity == Severity::warning);
  CHECK(at(10, 42'201).severity == Severity::warning);
  CHECK(at(10, 42'201).evidence[0].limit == 10);
}

TEST_CASE("readers that open their windows a little now and then are slow, and hold memory here") {
  struct Case {
    std::string_view name;
    std::size_t rows;
    std::uint64_t busy_s;
    double limited;
    std::uint64_t acked;
    std::uint32_t waiting;
    Severity expected;
  };
  for (const Case& one :
       {Case{"ten", 10, 20, 1, 20'000, 60'001, Severity::info}, Case{"nine", 9, 20, 1, 20'000, 60'001, Severity::ok},
        Case{"a hundred", 100, 20, 1, 20'000, 60'001, Severity::warning},
        Case{"a minute at that pace is enough", 10, 20, 0.9, 20'000, 60'000, Severity::info},
        Case{"less is not", 10, 20, 1, 20'000, 59'999, Severity::ok},
        Case{"busy for less than ten seconds", 10, 9, 1, 1'000, 60'000, Severity::ok},
        Case{"held back by the path as well", 10, 20, 0.89, 20'000, 60'001, Severity::ok},
        Case{"no byte was taken", 10, 20, 1, 0, 60'000, Severity::info}}) {
    CAPTURE(one.name);
    const std::uint64_t busy_us = one.busy_s * 1'000'000;
    const Diagnosing::Info info = {
        {"busy_us", busy_us},
        {"rwnd_limited_us", static_cast<std::uint64_t>(one.limited * static_cast<double>(busy_us))},
        {"bytes_acked", one.acked}};
    Connection row = served(State::established, 8080);
    row.send_queue = one.waiting;
    for (const bool probed : {false, true}) {
      // The window has been closed for 3 s.
      if (probed) {
        row.timer = TimerKind::probe;
        row.retransmits = 0;
        row.timer_ms = 0;
      }
      Diagnosing run;
      run.rows(200, served(State::established)).rows(one.rows, row, info);
      CHECK(run.verdict("zero-window-alive") == one.expected);
    }
  }
}

TEST_CASE("slow readers are told with what they hold") {
  const Diagnosing::Info slow = {{"busy_us", 22'000'000}, {"rwnd_limited_us", 22'000'000}, {"bytes_acked", 8'712}};
  Diagnosing run;
  for (unsigned i = 0; i < 80; ++i) {
    Connection row = served(State::established, 8080);
    row.send_queue = 60'792;
    row.remote.address = address("198.18.9." + std::to_string(1 + i % 2));
    run.rows(1, row, slow);
  }
  Finding found = run.finish("zero-window-alive").at(0);
  CHECK(told(found) ==
        "2 peers of :8080 read so slowly that what waits takes more than 60 s (80 connections): slow readers, or an "
        "attack on memory; each holds 60 KB here");
  CHECK(found.brief == "2 peers of :8080 read slowly, 80 connections");
  CHECK(found.next == "tcpstat --state ESTABLISHED -p -i --sort rwnd_limited_us:desc --limit 20 --local-port 8080");
  CHECK(evidence(found, "slow_readers") == 80);
  CHECK(evidence(found, "bytes_held") == 80 * 60'792);

  // A laptop that sleeps beside them has its own finding; where most windows stay closed, those tell it.
  Connection closed = waiting(TimerKind::probe, 0, 0);
  closed.remote.address = address("203.0.113.1");
  const Diagnosing::Info for_a_minute = {{"rto_ms", 2000}, {"backoff", 4}, {"snd_wnd", 0}};
  run.rows(1, closed, for_a_minute);
  CHECK(run.finish("zero-window-alive").size() == 2);
  run.rows(79, closed, for_a_minute);
  CHECK(run.finish("zero-window-alive").size() == 1);
}
