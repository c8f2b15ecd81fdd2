#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("sources that are known speak for clients, sources that cannot be against them") {
  Scene scene;
  scene.flood(10, 10);
  CHECK_FALSE(weighed(scene, "known_sources").has_value());  // nothing else was seen
  scene.established(10);
  CHECK(weighed(scene, "known_sources")->weight == 0.5);
  for (std::size_t i = 10; i < 60; ++i) {
    scene.rows.push_back(test::connection(State::established, scene.local, scene.rows[i].remote));
  }
  CHECK(weighed(scene, "known_sources")->weight == -1);
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  Scene forged;
  forged.flood(10, 10, Sources::class_e);
  CHECK(weighed(forged, "impossible_sources")->weight == 2);
}

}  // namespace
}  // namespace tcpstat::detect
