// ESTABLISHED: programs that leave received data unread.

#include <doctest/doctest.h>

#include <array>
#include <string_view>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

const Owner kServer{77, 4, "server"};

}  // namespace

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
           {"a full buffer", 1, 80'000, 10'000, Severity::warning},
           {"a full buffer of a slow reader", 10, 80'000, 9'999, Severity::ok},
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
    run.rows(1, row, {{"last_data_recv_ms", 12'000}}, kServer);
    CHECK(run.verdict("not-reading") == one.expected);
    if (one.expected == Severity::ok) continue;
    const Finding found = run.finish("not-reading").at(0);
    CHECK(evidence(found, "fullest_of_all") == doctest::Approx(0.8));
    CHECK(told(found) ==
          "server(77) does not read 1 connection on :443 where data fills the receive buffer, the oldest for 12 s: it "
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
  for (const Case& one : std::array<Case, 4>{{{100, 0, 10'000, Severity::warning},
                                              {100, 0, 9'999, Severity::ok},
                                              {100, 1, 10'000, Severity::ok},
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

TEST_CASE("a program that goes on sending runs, and may expect no answer") {
  Connection row = connection(State::established, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  row.recv_queue = 510;
  const Owner shipper{9, 4, "shipper"};
  for (const Opened opened : {Opened::here, Opened::there}) {
    if (opened == Opened::there) row.local.port = 514;
    Diagnosing run;
    run.rows(12, row, {{"last_data_recv_ms", 90'000}, {"last_data_sent_ms", 89'999}, {"data_segs_out", 4}}, shipper);
    CHECK(run.verdict("not-reading") == Severity::info);
    const Finding found = run.finish("not-reading").at(0);
    CHECK(found.message.ends_with(", the oldest for 90 s, and goes on sending"));
    CHECK(found.why == "it runs, and may expect no answer");
    CHECK(found.advice.empty());
  }
  // What it said before the data came tells nothing, and a peer that cannot go on waits for it.
  CHECK(
      Diagnosing()
          .rows(12, row, {{"last_data_recv_ms", 90'000}, {"last_data_sent_ms", 90'000}, {"data_segs_out", 4}}, shipper)
          .verdict("not-reading") == Severity::critical);
  CHECK(Diagnosing()
            .rows(12, row,
                  {{"last_data_recv_ms", 90'000}, {"last_data_sent_ms", 10}, {"data_segs_out", 4}, {"rcv_wnd", 0}},
                  shipper)
            .verdict("not-reading") == Severity::critical);
}

TEST_CASE("connections that this host opened may be those of a pool, which expects nothing") {
  Connection row = connection(State::established, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 5432));
  row.recv_queue = 120;
  Diagnosing run;
  run.rows(12, row, {{"last_data_recv_ms", 90'000}, {"last_data_sent_ms", 95'000}}, kServer);
  const auto all = run.finish("not-reading");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(all[0].why == "it is stuck, or keeps them in a pool and expects nothing there");
  CHECK(all[0].advice == "see whether it works; if not, find out where it hangs (its stack, its log)");
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

TEST_CASE("how full buffers of unknown size are is not told") {
  Connection row = served(State::established);
  row.recv_queue = 100;
  Diagnosing run;
  run.rows(1, row, {{"last_data_recv_ms", 45'000}}, kServer);
  CHECK_FALSE(evidence(run.finish("not-reading").at(0), "fullest_of_all"));
  row.recv_buffer_bytes = 1000;
  run.rows(1, row, {{"last_data_recv_ms", 45'000}}, kServer);
  CHECK(evidence(run.finish("not-reading").at(0), "fullest_of_all"));
}

TEST_CASE("unread data is told with its process, its age and all that is not read") {
  Connection row = served(State::established);
  row.recv_queue = 100;
  Diagnosing run;
  run.rows(9, row, {{"last_data_recv_ms", 45'000}}, kServer);
  row.recv_queue = 95;
  row.recv_buffer_bytes = 100;
  run.rows(1, row, {{"last_data_recv_ms", 12'000}}, kServer);
  const auto all = run.finish("not-reading");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].value == 10);
  CHECK(all[0].unit == "sockets");
  CHECK(all[0].warning == 1);
  CHECK(all[0].critical == 10);
  CHECK(all[0].message == "server(77) does not read 10 connections on :443 where data waits, the oldest for 45 s");
  CHECK(all[0].brief == "server(77) does not read 10 connections on :443");
  CHECK(all[0].why == "it is stuck, or waits for something else");
  CHECK(all[0].advice == "find out where it hangs (its stack, its log)");
  CHECK(all[0].next == "tcpstat --state ESTABLISHED -p -i --pid 77");
  REQUIRE(all[0].evidence.size() == 5);
  CHECK(evidence(all[0], "connections_not_read") == 10);
  CHECK(all[0].evidence[0].limit == 1);
  CHECK(evidence(all[0], "oldest_last_data_s") == 45);
  CHECK(all[0].evidence[1].limit == 30);
  CHECK(all[0].evidence[1].source == "tcp_info");
  CHECK(evidence(all[0], "unread_of_all") == 995);
  CHECK(evidence(all[0], "full_of_all") == 1);
  CHECK(evidence(all[0], "fullest_of_all") == 0.95);
  CHECK(all[0].evidence[4].limit == 0.8);
}

TEST_CASE("a full buffer is held against the limit of full ones") {
  Connection row = served(State::established);
  row.recv_queue = 80;
  row.recv_buffer_bytes = 100;
  const auto limit_of_age = [&](std::uint64_t ms) {
    return Diagnosing()
        .rows(1, row, {{"last_data_recv_ms", ms}}, kServer)
        .finish("not-reading")
        .at(0)
        .evidence[1]
        .limit;
  };
  CHECK(limit_of_age(30'000) == 10);
  CHECK(limit_of_age(30'001) == 30);
}

TEST_CASE("where nobody is known to hold them, connections are those of their port") {
  Connection row = served(State::established);
  row.recv_queue = 100;
  const Finding found = Diagnosing().rows(2, row, {{"last_data_recv_ms", 45'000}}).finish("not-reading").at(0);
  CHECK(found.message == ":443 does not read 2 connections where data waits, the oldest for 45 s");
  CHECK(found.brief == ":443 does not read 2 connections");
  CHECK(found.next == "tcpstat --state ESTABLISHED -p -i --local-port 443");

  Connection client = connection(State::established, endpoint("192.0.2.1", 40000), endpoint("198.51.100.7", 5432));
  client.recv_queue = 100;
  client.inode = 7;
  const Finding of_client = Diagnosing().rows(1, client, {{"last_data_recv_ms", 45'000}}).finish("not-reading").at(0);
  CHECK(of_client.message ==
        "A program here does not read 1 connection to 198.51.100.7:5432 where data waits, the oldest for 45 s");
  CHECK(of_client.brief == "a program here does not read 1 connection to 198.51.100.7:5432");
}

TEST_CASE("of many processes that do not read the five worst are told") {
  for (const std::uint32_t count : {5U, 6U}) {
    CAPTURE(count);
    Connection row = served(State::established);
    row.recv_queue = 100;
    Diagnosing run;
    for (std::uint32_t i = 1; i <= count; ++i) {
      run.rows(i, row, {{"last_data_recv_ms", 45'000}}, Owner{i, 3, "p"});
    }
    const auto all = run.finish("not-reading");
    REQUIRE(all.size() == 5);
    CHECK(all.front().subject == Subject::process("p", count));
    CHECK(all.back().subject == Subject::process("p", count - 4));
  }
}

TEST_CASE("unread data whose age is not known is told as not seen") {
  Connection row = served(State::established);
  row.recv_queue = 100;
  const auto unseen_of = [](Diagnosing& run) { return run.finish(), run.diagnoser().not_seen(); };
  Diagnosing run;
  run.rows(2, row, {}, kServer);
  row.inode = 0;
  run.rows(4, row);
  row.inode = 5;
  row.recv_queue = 0;
  run.rows(8, row, {}, kServer);
  row.recv_queue = 100;
  run.rows(16, row, {{"last_data_recv_ms", 1}}, kServer);
  const auto unseen = unseen_of(run);
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].rule == "not-reading");
  CHECK(unseen[0].unjudged > 0);
  CHECK(unseen[0].what ==
        "how long data has waited unread on 2 connections: only tcp_info tells (--source netlink; -i where rows are "
        "saved)");
  Diagnosing none;
  none.rows(1, row, {{"last_data_recv_ms", 1}}, kServer);
  CHECK(unseen_of(none).empty());
}
