#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("loopback sources are impossible only for a listener on another address") {
  Scene scene;
  scene.flood(10, 10);
  for (Connection& row : scene.rows) row.remote.address = test::address("127.0.0.9");
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.local = test::endpoint("192.0.2.1", 443);
  CHECK(weighed(scene, "impossible_sources")->weight == 2);
}

TEST_CASE("one impossible source may be an accident") {
  Scene scene;
  scene.flood(2, 10);
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.rows[5].remote.address = test::address("245.0.0.1");
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.rows[6].remote.address = test::address("0.0.0.1");
  CHECK(weighed(scene, "impossible_sources")->weight == 2);
}

}  // namespace
}  // namespace tcpstat::detect
