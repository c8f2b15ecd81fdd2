// A rule says a few things: those that are worst, whatever order they were found in.

#include "diagnose/worst_findings.h"

#include <doctest/doctest.h>

#include <string>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

const Owner kSixth{8006, 4, "sixth"};

/// Five services and a sixth.
std::uint16_t port_of(std::size_t i) { return static_cast<std::uint16_t>(8001 + i); }

}  // namespace

TEST_CASE("the severest are added, and of equally severe ones the first") {
  const auto found = [](std::uint16_t port, Severity severity) {
    return Finding("rule", severity, Subject::port(port),
                   {{.quantity = "x", .value = 1, .op = "", .limit = {}, .unit = "", .weight = 0, .source = ""}});
  };
  std::vector<Finding> out = {found(9, Severity::info)};
  add_worst({found(1, Severity::info), found(2, Severity::warning), found(3, Severity::critical),
             found(4, Severity::warning), found(5, Severity::info)},
            out, 3);
  std::string ports;
  for (const Finding& one : out) ports += one.subject.text();
  CHECK(ports == ":9:3:2:4");
  add_worst({found(6, Severity::info)}, out, 3);
  CHECK(out.size() == 5);
}

TEST_CASE("an accept queue that stalls is told though five are fuller") {
  for (const std::size_t fuller : {std::size_t{5}, std::size_t{100}}) {
    CAPTURE(fuller);
    Diagnosing run;
    for (std::size_t i = 0; i <= fuller; ++i) {
      Listener row = listener(endpoint("0.0.0.0", port_of(i)));
      row.accept_queue = i < fuller ? 8 : 6;
      row.accept_limit = i < fuller ? 10 : 100;
      run.row(row);
    }
    Connection waits = served(State::established, port_of(fuller));
    waits.inode = 0;
    run.rows(6, waits, {{"last_data_sent_ms", 70'000}});
    const auto all = run.finish("accept-queue-full");
    REQUIRE(all.size() == 5);
    CHECK(all[0].severity == Severity::critical);
    CHECK(all[0].subject == Subject::port(port_of(fuller)));
    CHECK(all[1].severity == Severity::warning);
  }
}

TEST_CASE("a process that has lost its descriptors is told though five leak more") {
  Diagnosing run;
  Connection row = served(State::close_wait);
  row.recv_queue = 0;
  for (std::uint32_t pid = 101; pid <= 105; ++pid) {
    run.rows(40, row, {{"last_ack_recv_ms", 90'000}}, Owner{pid, 5, "httpd"});
  }
  run.rows(20, row, {{"last_ack_recv_ms", 90'000}}, kSixth);
  run.processes.table[kSixth.pid] = 64;
  const auto all = run.finish("close-wait-leak");
  REQUIRE(all.size() == 5);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].subject == "sixth(8006)");
}

TEST_CASE("idle connections that take a program's descriptors are told though three services have more") {
  Diagnosing run;
  const Diagnosing::Info silent = {
      {"bytes_received", 0}, {"data_segs_out", 0}, {"last_data_sent_ms", 40'000}, {"last_data_recv_ms", 40'000}};
  for (std::size_t i = 0; i < 3; ++i) {
    run.rows(200, served(State::established, port_of(i)), silent, Owner{100, 5, "httpd"});
  }
  run.rows(120, served(State::established, port_of(3)), silent, kSixth);
  run.processes.table[kSixth.pid] = 128;
  const auto all = run.finish("idle-connections");
  REQUIRE(all.size() == 3);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].subject == Subject::port(port_of(3)));
}

TEST_CASE("a destination without free ports is told though five have more that may be used again") {
  Diagnosing run;
  run.rule_limits.settings.first_local_port = 40000;
  run.rule_limits.settings.last_local_port = 40099;
  run.rule_limits.settings.tw_reuse = 1;
  run.rule_limits.settings.timestamps = 1;
  const auto take = [&run](State state, std::uint16_t to, std::uint16_t count) {
    for (std::uint16_t i = 0; i < count; ++i) {
      const auto port = static_cast<std::uint16_t>(40000 + i);
      run.rows(1, connection(state, endpoint("192.0.2.1", port), endpoint("198.51.100.7", to)));
    }
  };
  for (std::size_t i = 0; i < 5; ++i) take(State::time_wait, port_of(i), 95);
  take(State::established, port_of(5), 90);
  const auto all = run.finish("port-exhaustion");
  REQUIRE(all.size() == 5);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].subject == "198.51.100.7:8006");
}
