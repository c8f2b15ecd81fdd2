#include <doctest/doctest.h>

#include <ostream>

#include "detect/measurements.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::measured;

TEST_CASE("a queue has room, is pressed, or is full, now or lately") {
  struct Row {
    std::size_t half_open;
    Answer saturated;
    Answer pressed;
    Answer pruned;
  };
  for (const Row& row : {Row{39, Answer::no, Answer::no, Answer::no}, Row{40, Answer::no, Answer::no, Answer::yes},
                         Row{45, Answer::no, Answer::yes, Answer::yes}, Row{89, Answer::no, Answer::yes, Answer::yes},
                         Row{90, Answer::yes, Answer::yes, Answer::yes}}) {
    CAPTURE(row.half_open);
    Scene scene;
    scene.backlog = 99;
    scene.fresh(row.half_open);
    const Measurements signals = measured(scene);
    CHECK(signals.saturated == row.saturated);
    CHECK(signals.saturated_lately == row.saturated);
    CHECK(signals.pressed_lately == row.pressed);
    CHECK(signals.may_be_pruned == row.pruned);
    Scene later = scene;
    later.rows.clear();
    const Measurements emptied = measured(later, &scene);
    CHECK(emptied.saturated == Answer::no);
    CHECK(emptied.saturated_lately == row.saturated);
    CHECK(emptied.pressed_lately == row.pressed);
  }
}

}  // namespace
}  // namespace tcpstat::detect
