#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("survival: a flood stays, clients get through, chance neither clears nor accuses") {
  struct Row {
    int first;
    int second;
    double weight;
  };
  // 3 to 7 s is twice as long as 1 to 3 s.
  for (const Row& row : {Row{20, 40, 1}, Row{20, 30, 0}, Row{80, 120, 1}, Row{20, 28, 0}, Row{48, 38, -2.5},
                         Row{5, 7, 0}, Row{8, 8, 0}}) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    Scene scene;
    for (int i = 0; i < row.first; ++i) scene.request(1 + 2.0 * i / row.first);
    for (int i = 0; i < row.second; ++i) scene.request(6.99 - 3.9 * i / row.second);
    const auto found = weighed(scene, "survival");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
}

}  // namespace
}  // namespace tcpstat::detect
