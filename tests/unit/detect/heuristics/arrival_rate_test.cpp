#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"
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

TEST_CASE("the second round counts until the third has settled, over the time that it has lasted") {
  const auto told = [](double oldest_s, double second, double third) {
    test::Asked asked;
    ListenerView view = host_view(asked.input);
    view.by_rounds = {0, second, third};
    view.oldest_s = oldest_s;
    asked.signals.amount_aged = Amount::enough;
    arrival_rate::heuristic.judge(view, {}, asked.signals);
    return asked.signals.arrivals_per_s;
  };
  CHECK(told(1.2, 40, 0) == 80);  // half a second at least
  CHECK(told(2, 40, 0) == 40);
  CHECK(told(3.2, 40, 4) == 20);
  CHECK(told(3.5, 40, 4) == 8);
  CHECK(told(5, 40, 40) == 20);
  CHECK(told(30, 40, 40) == 10);
}

}  // namespace
}  // namespace tcpstat::detect
