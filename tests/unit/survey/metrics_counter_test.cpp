#include "survey/metrics_counter.h"

#include <doctest/doctest.h>

#include <numeric>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

KernelSettings ports(std::uint16_t first, std::uint16_t last) {
  KernelSettings settings;
  settings.first_local_port = first;
  settings.last_local_port = last;
  return settings;
}

std::uint64_t count(const StateCounts& states, State state) { return states[static_cast<std::size_t>(state)]; }
std::uint64_t sum(const StateCounts& states) { return std::accumulate(states.begin(), states.end(), std::uint64_t{0}); }

TEST_CASE("ports with a listener, by state; all others together") {
  MetricsCounter counter(ports(40000, 40009), CountProcesses::no);
  counter.listener(test::listener(test::endpoint("0.0.0.0", 80)));
  for (std::uint16_t i = 0; i < 3; ++i) {
    counter.connection(test::connection(State::established, test::endpoint("192.0.2.1", 80),
                                        test::endpoint("198.51.100.1", static_cast<std::uint16_t>(5000 + i))));
  }
  counter.connection(
      test::connection(State::close_wait, test::endpoint("192.0.2.1", 40001), test::endpoint("203.0.113.9", 443)));
  const Metrics metrics = counter.metrics();
  REQUIRE(metrics.ports.size() == 2);
  CHECK(metrics.ports[0].port == 80);
  CHECK(count(metrics.ports[0].states, State::established) == 3);
  CHECK(count(metrics.ports[0].states, State::listen) == 1);
  CHECK_FALSE(metrics.ports[1].port);
  CHECK(sum(metrics.ports[1].states) == 1);
  CHECK(metrics.ephemeral_ports == 10);
  CHECK(metrics.ephemeral_ports_used == 1);
  CHECK_FALSE(metrics.processes);
}

TEST_CASE("ports that were chosen are told apart, with a listener or without one, and no others are") {
  MetricsCounter counter({}, CountProcesses::no, {443, 5432});
  for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{443}}) {
    counter.listener(test::listener(test::endpoint("0.0.0.0", port)));
    counter.connection(
        test::connection(State::established, test::endpoint("192.0.2.1", port), test::endpoint("198.51.100.1", 5000)));
  }
  const Metrics metrics = counter.metrics();
  REQUIRE(metrics.ports.size() == 3);
  CHECK(metrics.ports[0].port == 443);
  CHECK(sum(metrics.ports[0].states) == 2);
  CHECK(metrics.ports[1].port == 5432);
  CHECK(sum(metrics.ports[1].states) == 0);
  CHECK_FALSE(metrics.ports[2].port);
  CHECK(sum(metrics.ports[2].states) == 2);
}

TEST_CASE("ten thousand listeners stay within the bound, and no socket is lost") {
  MetricsCounter counter({}, CountProcesses::no);
  for (std::uint16_t port = 1; port <= 10'000; ++port) {
    Listener listener = test::listener(test::endpoint("0.0.0.0", port));
    listener.accept_queue = port;
    counter.listener(listener);
  }
  const Metrics metrics = counter.metrics();
  CHECK(metrics.ports.size() == Metrics::kMostPorts + 1);
  std::uint64_t all = 0;
  for (const PortMetrics& port : metrics.ports) all += sum(port.states);
  CHECK(all == 10'000);
  REQUIRE(metrics.listeners.size() == Metrics::kMostListeners);
  CHECK(metrics.listeners.front().local.port == 10'000);
  CHECK(metrics.listeners_left_out == 9'950);
  CHECK_FALSE(metrics.ephemeral_ports);
}

TEST_CASE("sockets that share an endpoint are one listener; what one of them lacks is unknown") {
  MetricsCounter counter({}, CountProcesses::no);
  Listener member = test::listener(test::endpoint("0.0.0.0", 80));
  member.accept_queue = 2;
  member.accept_limit = 128;
  member.syn_recv = 7;
  member.drops = 1;
  counter.listener(member);
  member.drops.reset();
  counter.listener(member);
  const Metrics metrics = counter.metrics();
  REQUIRE(metrics.listeners.size() == 1);
  CHECK(metrics.listeners[0].accept_queue == 4);
  CHECK(metrics.listeners[0].accept_limit == 256);
  CHECK(metrics.listeners[0].half_open == 7);
  CHECK_FALSE(metrics.listeners[0].drops);
}

TEST_CASE("half-open connections are counted by network, never by address") {
  MetricsCounter counter({}, CountProcesses::no);
  for (const char* remote : {"198.51.100.1", "198.51.100.2", "203.0.113.1", "::ffff:203.0.113.7", "2001:db8::1"}) {
    counter.connection(
        test::connection(State::syn_recv, test::endpoint("192.0.2.1", 80), test::endpoint(remote, 1024)));
  }
  CHECK(counter.metrics().half_open_prefixes == 3);
  CHECK(counter.metrics().half_open_per_prefix == 2);
}

TEST_CASE("queued bytes are those of connections") {
  MetricsCounter counter({}, CountProcesses::no);
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  row.recv_queue = 10;
  row.send_queue = 3;
  counter.connection(row);
  row.send_queue.reset();
  counter.connection(row);
  CHECK(counter.metrics().receive_queued_bytes == 20);
  CHECK(counter.metrics().send_queued_bytes == 3);
}

TEST_CASE("processes of one name that share a socket are one series") {
  MetricsCounter counter({}, CountProcesses::yes);
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  const std::vector<Owner> owners = {{10, 3, "nginx"}, {11, 3, "nginx"}};
  row.owners = owners;
  counter.connection(row);
  row.owners = {};
  row.state = State::time_wait;
  counter.connection(row);
  const auto processes = counter.metrics().processes;
  REQUIRE(processes);
  REQUIRE(processes->size() == 2);
  CHECK(processes->front().name == "nginx");
  CHECK(count(processes->front().states, State::established) == 1);
  CHECK(count(processes->back().states, State::time_wait) == 1);
}

TEST_CASE("a hundred names of processes become twenty and the others") {
  MetricsCounter counter({}, CountProcesses::yes);
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::string name = "worker" + std::to_string(i);
    const std::vector<Owner> owners = {{i, 3, name}};
    row.owners = owners;
    counter.connection(row);
  }
  const auto processes = counter.metrics().processes;
  REQUIRE(processes);
  CHECK(processes->size() == Metrics::kMostNames + 1);
  CHECK(sum(processes->back().states) == 80);
}

}  // namespace
}  // namespace tcpstat::survey
