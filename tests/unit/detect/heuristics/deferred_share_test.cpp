#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "detect/asked.h"
#include "detect/measurements.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
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

TEST_CASE("the share of requests that wait for data is told, and weighs nothing") {
  const auto ask = [](std::size_t deferred, std::size_t all, double half_open) {
    Asked asked;
    asked.signals.half_open = half_open;
    std::vector<HalfOpen> requests(all);
    for (std::size_t i = 0; i < deferred; ++i) requests[i].retransmits = 0, requests[i].timeouts = 1;
    asked.ask_about(deferred_share::heuristic, {}, requests);
    return std::string(asked.told("deferred_half_opens")) +
           (asked.signals.deferring == Answer::yes ? " deferring" : "") +
           (asked.signals.amount_deferred == Amount::enough ? " enough" : "");
  };
  CHECK(ask(3, 10, 10) == "0.3 >= 0.3 ratio, 0, sock_diag deferring");
  CHECK(ask(2, 10, 10) == "0.2 >= 0.3 ratio, 0, sock_diag");
  // A sample stands for all.
  CHECK(ask(5, 10, 15) == "0.5 >= 0.3 ratio, 0, sock_diag deferring");
  CHECK(ask(5, 10, 16) == "0.5 >= 0.3 ratio, 0, sock_diag deferring enough");
  CHECK(ask(0, 0, 16) == "nothing");
}

}  // namespace
}  // namespace tcpstat::detect
