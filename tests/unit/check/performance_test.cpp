#include "check/performance.h"

#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"

namespace tcpstat::check {
namespace {

std::string labels(const std::vector<PerformanceValue>& values) {
  std::string text;
  for (const PerformanceValue& value : values) text += (text.empty() ? "" : " ") + value.label;
  return text;
}

TEST_CASE("half-opens are drawn beside the room for them, counters as counters, and the states that pile up") {
  test::Scene scene;
  scene.fresh(3);
  KernelFacts facts;
  facts.counters.listen_drops = 9;
  Report reading;
  reading.selected = StateSet::all();
  reading.tally.add(State::close_wait, Family::ipv4);
  const auto values = performance(scene.sample(), facts, reading);
  CHECK(labels(values) == "syn_recv listen_drops established time_wait close_wait");
  CHECK(values[0].value == 3);
  CHECK(values[0].most == scene.backlog + 1.0);
  CHECK(values[1].value == 9);
  CHECK(values[1].unit == "c");
  CHECK(values[4].value == 1);
}

TEST_CASE("without a listener there is no room to tell") {
  CHECK(!performance(detect::SynSample(), {}, {}).front().most);
}

TEST_CASE("what was not read is unknown, and no zero") {
  Report reading;
  reading.selected = StateSet::all();
  reading.coverage.complete = false;
  for (const PerformanceValue& value : performance(detect::SynSample(), {}, reading)) CHECK_FALSE(value.value);
  reading.coverage.rows_read = 1;
  for (const PerformanceValue& value : performance(detect::SynSample(), {}, reading)) CHECK(value.value == 0);
  reading.coverage.visible = StateSet::all() - StateSet{State::time_wait};
  for (const PerformanceValue& value : performance(detect::SynSample(), {}, reading)) {
    CHECK(value.value.has_value() == (value.label != "time_wait"));
  }
}

TEST_CASE("of rows that are a part, the number is what was counted beside them, or unknown") {
  test::Scene scene;
  scene.fresh(3);
  Report reading;
  reading.selected = StateSet::all();
  reading.coverage.rows_read = 3;
  reading.coverage.chosen_part = true;
  for (const PerformanceValue& value : performance(scene.sample(), {}, reading)) CHECK_FALSE(value.value);
  reading.tally.add(State::syn_recv, Family::ipv4, 6000);
  reading.coverage.counted = reading.tally;
  const auto values = performance(scene.sample(), {}, reading);
  CHECK(values[0].value == 6000);
  CHECK(values[1].value == 0);
}

}  // namespace
}  // namespace tcpstat::check
