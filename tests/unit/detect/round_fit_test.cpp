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

TEST_CASE("what comes in pulses is denser in an older round than in a younger one, and not by chance") {
  const auto pulses = [](double first, double second, double third) {
    const SynInput input;
    ListenerView view = host_view(input);
    view.by_rounds[1] = first;
    view.by_rounds[2] = second;
    view.by_rounds[3] = third;
    return comes_in_pulses(view);
  };
  // The rounds last for 2, 4 and 8 s.
  CHECK_FALSE(pulses(0, 0, 0));
  CHECK_FALSE(pulses(20, 40, 80));
  CHECK_FALSE(pulses(20, 24, 29));
  CHECK_FALSE(pulses(100, 0, 0));
  CHECK_FALSE(pulses(100, 0, 8));
  CHECK(pulses(100, 0, 40));
  CHECK_FALSE(pulses(8, 30, 0));
  CHECK(pulses(8, 60, 0));
  // 16 and two errors are 24, in 2 s; twice that less two errors is as much in 4 s.
  CHECK_FALSE(pulses(16, 64, 0));
  CHECK(pulses(16, 65, 0));
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
