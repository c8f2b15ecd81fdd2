// CLOSE_WAIT: leak and neglect told apart, and both from load.

#include <doctest/doctest.h>

#include <array>
#include <set>

#include "model/row_rules.h"
#include "model/tcp_info.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

const Owner kNginx{812, 5, "nginx"};

Connection closed_by_peer(std::uint32_t recv_queue) {
  Connection row = served(State::close_wait);
  row.recv_queue = recv_queue;
  return row;
}

struct Case {
  std::string_view name;
  std::size_t count;
  std::uint64_t age_ms;
  Severity expected;
};
constexpr std::array<Case, 6> kCases = {{
    {"below the warning", 9, 61'000, Severity::ok},
    {"at the warning", 10, 60'000, Severity::warning},
    {"many, and young", 5000, 59'999, Severity::ok},
    {"below critical", 99, 3'600'000, Severity::warning},
    {"at critical", 100, 60'000, Severity::critical},
    {"above critical", 101, 60'000, Severity::critical},
}};

}  // namespace

TEST_CASE("CLOSE_WAIT is a finding by age first and number second") {
  for (const Case& one : kCases) {
    CAPTURE(one.name);
    CHECK(Diagnosing()
              .rows(one.count, closed_by_peer(0), {{"last_ack_recv_ms", one.age_ms}}, kNginx)
              .verdict("close-wait-leak") == one.expected);
  }
}

TEST_CASE("a program that still sends to a peer that closed its half leaks nothing") {
  Connection row = closed_by_peer(0);
  row.send_queue = 1;
  CHECK(Diagnosing().rows(100, row, {{"last_ack_recv_ms", 600'000}}, kNginx).finish().empty());
  row.recv_queue = 1;
  CHECK(Diagnosing().rows(100, row, {{"last_ack_recv_ms", 600'000}}, kNginx).finish().empty());
}

TEST_CASE("the end of the stream that nobody reads is a finding after half the time") {
  for (const Case& one : std::array<Case, 5>{{
           {"below the warning", 9, 31'000, Severity::ok},
           {"at the warning", 10, 30'001, Severity::warning},
           {"many, and young", 5000, 30'000, Severity::ok},
           {"below critical", 99, 3'600'000, Severity::warning},
           {"at critical", 100, 30'001, Severity::critical},
       }}) {
    CAPTURE(one.name);
    CHECK(Diagnosing()
              .rows(one.count, closed_by_peer(1), {{"last_ack_recv_ms", one.age_ms}}, kNginx)
              .verdict("close-wait-not-read") == one.expected);
  }
}

TEST_CASE("the rules count the rows that FLAGS name, unless the user has other limits") {
  for (const State state : {State::established, State::close_wait}) {
    for (const std::uint32_t queued : {0U, 1U}) {
      for (const std::uint64_t age : {999U, 1'000U, 30'000U, 30'001U, 59'999U, 60'000U}) {
        for (const std::uint64_t window : {0U, 1U}) {
          CAPTURE(state);
          CAPTURE(queued);
          CAPTURE(age);
          CAPTURE(window);
          std::vector<std::byte> info;
          set_tcp_info_value(info, tcp_info_field("last_ack_recv_ms"), age);
          set_tcp_info_value(info, tcp_info_field("last_data_recv_ms"), age);
          set_tcp_info_value(info, tcp_info_field("rcv_wnd"), window);
          Connection row = served(state);
          row.recv_queue = queued;
          row.tcp_info = info;
          row.owners = {&kNginx, 1};
          const RowFlags flags = flags_of(row, {});
          const auto found = [&](double age_s) {
            Diagnosing run;
            for (const char* rule : {"close-wait-leak", "close-wait-not-read"}) {
              run.rule_limits.thresholds.set(rule, "warning", 1);
              if (age_s > 0) run.rule_limits.thresholds.set(rule, "age_s", age_s);
            }
            if (age_s > 0) run.rule_limits.thresholds.set("not-reading", "age_s", age_s);
            run.diagnoser().connection(row);
            std::set<std::string> rules;
            for (const Finding& finding : run.finish()) rules.insert(finding.rule);
            return rules;
          };
          const auto rules = found(0);
          CHECK(rules.contains("close-wait-leak") == flags.has(RowFlag::leak));
          CHECK((rules.contains("close-wait-not-read") || rules.contains("not-reading")) ==
                flags.has(RowFlag::not_read));
          const bool waits = queued > 0 || state == State::close_wait;
          CHECK(found(0.5).empty() != waits);
        }
      }
    }
  }
}

TEST_CASE("an empty receive queue means that the end was read, a FIN in it that it was not") {
  Diagnosing read;
  read.rows(10, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx);
  CHECK(read.verdict("close-wait-leak") == Severity::warning);
  CHECK(read.verdict("close-wait-not-read") == Severity::ok);
  Diagnosing unread;
  unread.rows(10, closed_by_peer(6), {{"last_ack_recv_ms", 61'000}}, kNginx);
  CHECK(unread.verdict("close-wait-leak") == Severity::ok);
  CHECK(unread.verdict("close-wait-not-read") == Severity::warning);
}

TEST_CASE("a finding names the process, the port, the oldest age and a command") {
  Diagnosing run;
  run.rows(11, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx);
  run.rows(1, closed_by_peer(0), {{"last_ack_recv_ms", 720'000}}, kNginx);
  const auto all = run.finish("close-wait-leak");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "nginx(812)");
  CHECK(all[0].value == 12);
  CHECK(all[0].warning == 10);
  CHECK(all[0].critical == 100);
  CHECK(evidence(all[0], "oldest_last_ack_s") == 720);
  CHECK(told(all[0]) ==
        "nginx(812) never closes 12 connections on :443 that the peer has closed, the oldest for 12 min: a "
        "descriptor leak");
  CHECK(all[0].advice == "restart it, which frees them for now; the program must close them");
  CHECK(all[0].next == "tcpstat --state CLOSE_WAIT -p -i --pid 812");
}

TEST_CASE("a process that leaks on several ports is one finding that says so") {
  Diagnosing run;
  run.rows(6, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx);
  Connection other = closed_by_peer(0);
  other.local.port = 80;
  run.rows(6, other, {{"last_ack_recv_ms", 61'000}}, kNginx);
  const auto all = run.finish("close-wait-leak");
  REQUIRE(all.size() == 1);
  CHECK(told(all[0]).find("12 connections on :443 and others that") != std::string::npos);
}

TEST_CASE("a quarter of a process's descriptors is critical, however few") {
  Diagnosing run;
  run.processes.table = {{812, 64}};
  CHECK(run.rows(16, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx).verdict("close-wait-leak") ==
        Severity::critical);
  Diagnosing roomy;
  roomy.processes.table = {{812, 65}};
  CHECK(roomy.rows(16, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx).verdict("close-wait-leak") ==
        Severity::warning);
}

TEST_CASE("without owners the service stands for the process") {
  Diagnosing server;
  server.rows(10, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}});
  CHECK(server.finish("close-wait-leak").at(0).subject == ":443");
  CHECK(server.finish("close-wait-leak").at(0).next == "tcpstat --state CLOSE_WAIT -p -i --local-port 443");

  Diagnosing client;
  for (std::uint16_t port = 40000; port < 40010; ++port) {
    Connection row = connection(State::close_wait, endpoint("192.0.2.1", port), endpoint("198.51.100.7", 5432));
    client.rows(1, row, {{"last_ack_recv_ms", 61'000}});
  }
  const Finding found = client.finish("close-wait-leak").at(0);
  CHECK(found.subject == "198.51.100.7:5432");
  // The remote end closed, as it should.
  CHECK(
      found.message ==
      "A program here never closes 10 connections to 198.51.100.7:5432 that the peer has closed, the oldest for 61 s");
  CHECK(found.brief == "a program here leaks 10 connections to 198.51.100.7:5432");
}

TEST_CASE("many workers that leak little each are one finding of their port") {
  Diagnosing run;
  for (std::uint32_t pid = 100; pid < 164; ++pid) {
    run.rows(9, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, Owner{pid, 3, "worker"});
  }
  const auto all = run.finish("close-wait-leak");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == ":443");
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].value == 576);
  CHECK(evidence(all[0], "holders") == 64);
}

TEST_CASE("many programs that leave little of one remote service unread are not told as its port") {
  Diagnosing run;
  for (std::uint32_t pid = 100; pid < 105; ++pid) {
    for (std::uint16_t i = 0; i < 4; ++i) {
      const auto port = static_cast<std::uint16_t>(40000 + pid * 10 + i);
      Connection row = connection(State::close_wait, endpoint("192.0.2.1", port), endpoint("198.51.100.7", 5432));
      row.recv_queue = 1;
      run.rows(1, row, {{"last_ack_recv_ms", 61'000}}, Owner{pid, 3, "client"});
    }
  }
  // Those that came to such a port here are others.
  Connection served_there = closed_by_peer(1);
  served_there.local.port = 5432;
  run.rows(9, served_there, {{"last_ack_recv_ms", 61'000}}, kNginx);
  const auto all = run.finish("close-wait-not-read");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "host");
  CHECK(all[0].message ==
        "Programs here do not read 20 connections to :5432 that the peer has closed, the oldest for 61 s");
  CHECK(all[0].brief == "programs here do not read 20 connections to :5432");
  CHECK(all[0].next == "tcpstat --state CLOSE_WAIT -p --remote-port 5432");
}

TEST_CASE("what no program has accepted is not told as unread") {
  Connection row = closed_by_peer(1);
  row.inode = 0;
  CHECK(Diagnosing().rows(100, row, {{"last_ack_recv_ms", 61'000}}).verdict("close-wait-not-read") == Severity::ok);
}

TEST_CASE("few of one port are nothing to say") {
  Diagnosing run;
  run.rows(9, closed_by_peer(0), {{"last_ack_recv_ms", 61'000}}, kNginx);
  CHECK(run.finish().empty());
  // Two ports, each of which has few.
  Connection other = closed_by_peer(0);
  other.local.port = 80;
  run.rows(9, other, {{"last_ack_recv_ms", 61'000}}, Owner{900, 3, "worker"});
  CHECK(run.finish().empty());
  run.rows(1, other, {{"last_ack_recv_ms", 61'000}}, Owner{901, 3, "worker"});
  const auto all = run.finish();
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == ":80");
  CHECK(all[0].next == "tcpstat --state CLOSE_WAIT -p --local-port 80");
}

TEST_CASE("where ages cannot tell, three rises in a row do") {
  // Answers to keepalive probes keep the last ACK young.
  Connection kept = closed_by_peer(0);
  kept.timer = TimerKind::keepalive;
  struct Past {
    std::string_view name;
    std::vector<std::uint64_t> earlier;
    Severity expected;
  };
  const std::array<Past, 7> kPasts = {{
      {"three rises", {20, 30, 40}, Severity::critical},
      {"older runs do not count", {90, 20, 30, 40}, Severity::critical},
      {"a decline", {20, 40, 30}, Severity::ok},
      {"a pause", {20, 20, 40}, Severity::ok},
      {"no rise now", {20, 30, 50}, Severity::ok},
      {"too few runs", {30, 40}, Severity::ok},
      {"a rise that is too small", {41, 42, 43}, Severity::ok},
  }};
  for (const Past& past : kPasts) {
    CAPTURE(past.name);
    Diagnosing run;
    run.earlier_close_waits = past.earlier;
    run.rows(50, kept, {{"last_ack_recv_ms", 900}}, kNginx);
    CHECK(run.verdict("close-wait-leak") == past.expected);
    CHECK(run.diagnoser().close_waits() == 50);
  }
  Diagnosing young;
  young.earlier_close_waits = {20, 30, 40};
  CHECK(young.rows(50, closed_by_peer(0), {{"last_ack_recv_ms", 900}}).verdict("close-wait-leak") == Severity::ok);
}

TEST_CASE("without tcp_info nothing is alleged, and from a hundred on that is said") {
  CHECK(Diagnosing().rows(99, closed_by_peer(0)).finish().empty());
  CHECK(Diagnosing().rows(100, closed_by_peer(0)).verdict("close-wait-leak") == Severity::info);
}

TEST_CASE("limits and ages follow the user") {
  Diagnosing run;
  run.rule_limits.thresholds.set("close-wait-leak", "warning", 2);
  run.rule_limits.thresholds.set("close-wait-leak", "critical", 3);
  run.rule_limits.thresholds.set("close-wait-leak", "age_s", 1);
  run.rows(2, closed_by_peer(0), {{"last_ack_recv_ms", 1'000}}, kNginx);
  CHECK(run.verdict("close-wait-leak") == Severity::warning);
  run.rows(1, closed_by_peer(0), {{"last_ack_recv_ms", 1'000}}, kNginx);
  CHECK(run.verdict("close-wait-leak") == Severity::critical);
}

TEST_CASE("a pool of connections that this host opened does not look at those that peers have closed") {
  Connection row = connection(State::close_wait, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  row.recv_queue = 1;
  const auto why = [&] {
    Diagnosing run;
    return run.rows(10, row, {{"last_ack_recv_ms", 60'000}}, kNginx).finish("close-wait-not-read").at(0).why;
  };
  CHECK(why() == "it is stuck, or keeps in a pool what it does not look at");
  row.local.port = 443;
  CHECK(why() == "it is stuck, waits for another service, or is short of workers");
}
