#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

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

}  // namespace
}  // namespace tcpstat::detect
