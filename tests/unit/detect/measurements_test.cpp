#include "detect/measurements.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string_view>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

TEST_CASE("rules have an id each, and heuristics a reason for each limit") {
  std::vector<std::string_view> ids;
  for (const RuleInfo& rule : detect_rules()) {
    CAPTURE(rule.id);
    CHECK(std::find(ids.begin(), ids.end(), rule.id) == ids.end());
    ids.push_back(rule.id);
    CHECK(rule.question.ends_with('?'));
    CHECK(!rule.reference.empty());
    for (const ThresholdInfo& limit : rule.thresholds) CHECK(!limit.reason.empty());
  }
  CHECK(ids.size() >= 23);
  for (const Heuristic* heuristic : heuristics()) CHECK(!heuristic->needs.empty());
}

TEST_CASE("a listener that was restarted is compared with nothing") {
  Scene first;
  first.flood(5, 5);
  const SynSample before = first.sample();
  SynInput input;
  input.before = &before;
  Scene second;
  for (const std::uint64_t cookie : {first.listen_cookie, first.listen_cookie + 1}) {
    second.listen_cookie = cookie;
    const SynSample now = second.sample();
    input.now = &now;
    const auto views = listener_views(input);
    REQUIRE(views.size() == 1);
    CHECK((views[0].before != nullptr) == (cookie == first.listen_cookie));
    CHECK(views[0].aged_before.empty() == (cookie != first.listen_cookie));
  }
}

TEST_CASE("counters grow per second, and not at all where one is unknown or was reset") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.facts.counters.passive_opens = 110;
  input.facts.counters.out_rsts = 5;
  CHECK_FALSE(host_view(input).per_s(&KernelCounters::passive_opens).has_value());  // one snapshot
  input.facts_before.emplace().counters.passive_opens = 10;
  input.facts_before->counters.out_rsts = 6;
  input.apart = std::chrono::seconds(5);
  CHECK(host_view(input).per_s(&KernelCounters::passive_opens) == 20);
  CHECK(host_view(input).grown(&KernelCounters::passive_opens) == 100);
  CHECK_FALSE(host_view(input).per_s(&KernelCounters::out_rsts).has_value());
  CHECK_FALSE(host_view(input).per_s(&KernelCounters::listen_drops).has_value());
  input.apart = std::chrono::seconds(0);  // no time is no rate
  CHECK_FALSE(host_view(input).per_s(&KernelCounters::passive_opens).has_value());
}

TEST_CASE("a view counts its requests by round, scaled up, without deferred ones") {
  Scene scene;
  scene.request(0.5);
  for (const double age : {1.5, 2.5, 4.0}) scene.request(age);
  scene.request(1.5, Sources::random, 0, 1);
  SynSample sample = scene.sample();
  sample.scale = 10;
  SynInput input;
  input.now = &sample;
  const auto views = listener_views(input);
  REQUIRE(views.size() == 1);
  CHECK(views[0].requests.size() == 5);
  CHECK(views[0].aged.size() == 3);
  CHECK(views[0].by_rounds[0] == 10);
  CHECK(views[0].by_rounds[1] == 20);
  CHECK(views[0].by_rounds[2] == 10);
  CHECK(views[0].oldest_s.value() == doctest::Approx(4));
}

}  // namespace
}  // namespace tcpstat::detect
