#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("arrivals are counted per second of their age") {
  for (const double rate : {2.0, 8.0, 50.0}) {
    for (const double seconds : {5.0, 7.0, 20.0, 60.0}) {
      CAPTURE(rate);
      CAPTURE(seconds);
      Scene scene;
      scene.backlog = 65'535;
      scene.flood(rate, seconds);
      const auto found = weighed(scene, "never_completed_arrivals");
      REQUIRE(found.has_value());
      CHECK(found->value.value() == doctest::Approx(rate).epsilon(0.2));
    }
  }
}

}  // namespace
}  // namespace tcpstat::detect
