#include "detect/round_fit.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

struct Fitted {
  explicit Fitted(const Scene& scene) : sample(scene.sample()) {
    input.now = &sample;
    views = listener_views(input);
  }
  const ListenerView& view() const { return views.at(0); }

  SynSample sample;
  SynInput input;
  std::vector<ListenerView> views;
};

TEST_CASE("a flood survives each round, clients get fewer") {
  Scene flood;
  flood.flood(20, 30);
  const Fitted steady(flood);
  const RoundFit flooded = fit_rounds(steady.view(), 30, Rounds::after_first_timeout, 0.6);
  CHECK(flooded.survival == 1);
  CHECK(flooded.best_over_flood == 0);
  CHECK(flooded.flood_over_clients > 10);
  CHECK(flooded.above_clients == flooded.flood_over_clients);
  Scene clients;  // 40 % of their ACKs get lost
  for (int i = 0; i < 40; ++i) clients.request(1 + i / 20.0);
  for (int i = 0; i < 32; ++i) clients.request(3 + i / 8.0);
  for (int i = 0; i < 26; ++i) clients.request(7 + i / 3.25);
  const Fitted thinning(clients);
  const RoundFit fitted = fit_rounds(thinning.view(), 15, Rounds::after_first_timeout, 0.6);
  CHECK(fitted.survival == doctest::Approx(0.4).epsilon(0.15));
  CHECK(fitted.best_over_flood > 10);
  CHECK(fitted.flood_over_clients < -10);
  CHECK(fitted.above_clients < 0);
  // A flood among clients is neither, but more survives than clients leave.
  Scene both;
  for (int i = 0; i < 98; ++i) both.request(1 + i / 49.0);
  for (int i = 0; i < 138; ++i) both.request(3 + i / 34.5);
  for (int i = 0; i < 230; ++i) both.request(7 + i / 28.75);
  const Fitted mixed(both);
  const RoundFit of_both = fit_rounds(mixed.view(), 15, Rounds::after_first_timeout, 0.6);
  CHECK(of_both.survival == doctest::Approx(0.78).epsilon(0.1));
  CHECK(of_both.above_clients > 2);
  CHECK(of_both.flood_over_clients < 2);
}

TEST_CASE("one old request does not stretch the span") {
  Scene scene;
  scene.flood(10, 10);
  CHECK(arrival_span_s(Fitted(scene).view()).value() == doctest::Approx(10).epsilon(0.05));
  scene.request(50);
  CHECK(arrival_span_s(Fitted(scene).view()).value() == doctest::Approx(10).epsilon(0.05));
  CHECK_FALSE(arrival_span_s(Fitted(Scene()).view()).has_value());
}

TEST_CASE("where the kernel may have dropped requests, three rounds are compared") {
  Measurements signals;
  CHECK(comparable_span_s(30, signals) == 7);
  signals.may_be_pruned = Answer::yes;
  CHECK(comparable_span_s(30, signals) == 7);
  CHECK(comparable_span_s(5, signals) == 5);
  signals.may_be_pruned = Answer::no;
  CHECK(comparable_span_s(30, signals) == 30);
}

}  // namespace
}  // namespace tcpstat::detect
