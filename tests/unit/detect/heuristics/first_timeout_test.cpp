#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("first timeout: who survives it, where nothing later is known") {
  struct Row {
    int fresh;
    int aged;
    double oldest_s;
    double weight;
  };
  for (const Row& row : {Row{12, 19, 2.9, -2.5},  // 24/s younger than a second, 10/s older: the others completed
                         Row{12, 46, 2.9, 0},     // a flood: as many of each age
                         Row{12, 12, 1.9, 0},     // seen for less than a second after the first timeout
                         Row{8, 8, 2.9, -2.5},    // 0.26, and 0.13 for chance
                         Row{8, 16, 2.9, 0},      // 0.53, and 0.23 for chance
                         Row{200, 100, 2.9, -2.5}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Scene scene;
    for (int i = 0; i < row.fresh; ++i) scene.request(0.55 + 0.4 * i / row.fresh);
    for (int i = 0; i < row.aged; ++i) scene.request(1.05 + (row.oldest_s - 1.05) * (i + 1) / row.aged);
    const auto found = weighed(scene, "first_timeout_survivors");
    if (row.oldest_s < 2) {
      CHECK_FALSE(found.has_value());
      continue;
    }
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
  Scene few;
  for (int i = 0; i < 5; ++i) few.request(0.7);
  for (int i = 0; i < 8; ++i) few.request(2.9);
  REQUIRE(weighed(few, "first_timeout_survivors").has_value());
  CHECK(weighed(few, "first_timeout_survivors")->weight == 0);
}

TEST_CASE("first timeout: pulses clear nobody") {
  const auto weight = [](int old) {
    Scene scene;
    scene.backlog = 4096;
    for (int i = 0; i < 100; ++i) scene.request(0.55 + 0.4 * i / 100);
    for (int i = 0; i < 60; ++i) scene.request(1.05 + 0.9 * i / 60);
    for (int i = 0; i < 20; ++i) scene.request(3.1 + 3.8 * i / 20);
    for (int i = 0; i < old; ++i) scene.request(7.1 + 7.8 * i / old);
    return test::measured(scene).rounds_thin_out;
  };
  CHECK(weight(8));
  CHECK_FALSE(weight(150));
}

TEST_CASE("first timeout: all rounds count, but a flood among clients far away stays one") {
  Scene thinning;  // by three fifths a round, but one round is thin by chance
  for (int i = 0; i < 12; ++i) thinning.request(0.55 + 0.03 * i);
  for (int i = 0; i < 9; ++i) thinning.request(1.1 + 0.2 * i);
  for (int i = 0; i < 20; ++i) thinning.request(3.1 + 0.18 * i);
  for (int i = 0; i < 5; ++i) thinning.request(7.1 + 0.3 * i);
  REQUIRE(weighed(thinning, "first_timeout_survivors").has_value());
  CHECK(weighed(thinning, "first_timeout_survivors")->weight < 0);
  Scene far;
  far.flood(5, 14);
  for (int i = 0; i < 60; ++i) far.request(0.5 + 0.008 * i);
  REQUIRE(weighed(far, "first_timeout_survivors").has_value());
  CHECK(weighed(far, "first_timeout_survivors")->weight == 0);
}

}  // namespace
}  // namespace tcpstat::detect
