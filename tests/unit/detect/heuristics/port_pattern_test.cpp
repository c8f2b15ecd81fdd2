#include <doctest/doctest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("one port for many sources is a tool's") {
  Scene scene;
  scene.flood(10, 10);
  CHECK(weighed(scene, "port_spread")->weight == 0);
  for (Connection& row : scene.rows) row.remote.port = 4444;
  CHECK(weighed(scene, "port_spread")->weight == 0.5);
  for (std::size_t i = 0; i < scene.rows.size(); ++i) scene.rows[i].remote.port = static_cast<std::uint16_t>(2000 + i);
  CHECK(weighed(scene, "port_spread")->weight == 0.5);
  Scene client;
  client.flood(10, 10, Sources::single);
  CHECK_FALSE(weighed(client, "port_spread").has_value());
}

std::string port_told(const std::vector<std::uint16_t>& ports, std::optional<double> unique = 0.5) {
  Asked asked;
  if (unique) asked.signals.sources.emplace().unique = *unique;
  std::vector<HalfOpen> requests(ports.size());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    requests[i].retransmits = 1;
    requests[i].source_port = ports[i];
  }
  asked.ask_about(port_pattern::heuristic, {}, requests);
  return asked.told("port_spread");
}

/// So many ports from the first on, each so far from the one before; then the same one so often.
std::vector<std::uint16_t> ports_of(std::size_t count, std::size_t step, std::size_t same = 0) {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint16_t>(2000 + i * step));
  for (std::size_t i = 0; i < same; ++i) out.push_back(1024);
  return out;
}

TEST_CASE("ports that are the same, or in sequence, are told with how many differ") {
  CHECK(port_told(ports_of(2, 1, 18)) == "0.15 <= 0.1 ratio, +0.5, sock_diag");
  CHECK(port_told(ports_of(3, 1, 17)) == "0.2 ratio, 0, sock_diag");
  CHECK(port_told(ports_of(20, 1)) == "1 ratio, +0.5, sock_diag");
  CHECK(port_told(ports_of(20, 2)) == "1 ratio, 0, sock_diag");
  CHECK(port_told(ports_of(19, 1)) == "nothing");
  // 20 of 22 are enough of a sequence, and of 23 not.
  std::vector<std::uint16_t> ports = ports_of(20, 1);
  ports.front() = 1998;
  CHECK(port_told(ports) == "1 ratio, +0.5, sock_diag");
  ports.front() = 1997;
  CHECK(port_told(ports) == "1 ratio, 0, sock_diag");
  // Who takes all ports there are leaves no gap, and is no sequence.
  ports.clear();
  for (std::uint32_t port = 1; port <= 32'767; ++port) ports.push_back(static_cast<std::uint16_t>(port));
  CHECK(port_told(ports) == "1 ratio, +0.5, sock_diag");
  for (std::uint32_t port = 32'768; port <= 40'000; ++port) ports.push_back(static_cast<std::uint16_t>(port));
  CHECK(port_told(ports) == "1 ratio, 0, sock_diag");
  ports = ports_of(20, 1);
  // Nineteen different ones are no sequence.
  ports = ports_of(20, 1);
  ports.front() = ports.back();
  CHECK(port_told(ports) == "0.95 ratio, 0, sock_diag");
}

TEST_CASE("ports of a few sources are their own business") {
  CHECK(port_told(ports_of(20, 1), 0.49) == "nothing");
  CHECK(port_told(ports_of(20, 1), {}) == "nothing");
}

}  // namespace
}  // namespace tcpstat::detect
