#include <doctest/doctest.h>

#include <ostream>

#include "detect/measurements.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::measured;

TEST_CASE("requests that wait for data are a class once they are many enough") {
  struct Row {
    int deferred;
    int others;
    Answer deferring;
    Amount amount;
  };
  for (const Row& row : {Row{0, 20, Answer::no, Amount::few}, Row{5, 20, Answer::no, Amount::few},
                         Row{7, 10, Answer::yes, Amount::few}, Row{8, 10, Answer::yes, Amount::enough}}) {
    CAPTURE(row.deferred);
    Scene scene;
    for (int i = 0; i < row.deferred; ++i) scene.request(1.5, Sources::random, 0, 1);
    for (int i = 0; i < row.others; ++i) scene.request(1.5);
    CHECK(measured(scene).deferring == row.deferring);
    CHECK(measured(scene).amount_deferred == row.amount);
  }
  CHECK(measured(Scene()).deferring == Answer::unknown);
}

}  // namespace
}  // namespace tcpstat::detect
