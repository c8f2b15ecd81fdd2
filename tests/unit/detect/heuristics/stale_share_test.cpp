#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("stale: weights at their limits") {
  struct Row {
    int fresh;
    int aged;
    double weight;
  };
  for (const Row& row : {Row{8, 7, 0}, Row{8, 8, 2}, Row{9, 8, 0}, Row{5, 20, 3}, Row{6, 20, 2}, Row{4, 19, 2},
                         Row{20, 2, -2}, Row{18, 2, 0}, Row{19, 0, 0}, Row{300, 20, 0}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Scene scene;
    scene.fresh(static_cast<std::size_t>(row.fresh));
    for (int i = 0; i < row.aged; ++i) scene.request(1.5);
    const auto found = weighed(scene, "stale_half_opens");
    REQUIRE(found.has_value());
    CHECK(found->value.value() == doctest::Approx(row.aged / double(row.fresh + row.aged)));
    CHECK(found->weight == row.weight);
  }
}

}  // namespace
}  // namespace tcpstat::detect
