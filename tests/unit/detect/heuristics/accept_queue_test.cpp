#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::weighed;

TEST_CASE("the accept queue counts when it is full or nearly so") {
  struct Row {
    std::uint32_t waiting;
    std::uint32_t limit;
    double weight;
  };
  for (const Row& row : {Row{64, 64, -6}, Row{65, 64, -6}, Row{57, 64, 0}, Row{58, 64, -6}, Row{0, 0, 0}, Row{1, 0, -6},
                         Row{4, 4, 0}, Row{5, 4, -6}, Row{8, 8, -6}, Row{7, 7, 0}}) {
    CAPTURE(row.waiting);
    CAPTURE(row.limit);
    Scene scene;
    scene.flood(4, 5);
    scene.accept_queue = row.waiting;
    scene.backlog = row.limit;
    CHECK(weighed(scene, "accept_queue_load")->weight == row.weight);
  }
}

}  // namespace
}  // namespace tcpstat::detect
