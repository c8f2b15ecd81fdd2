#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

TEST_CASE("what a listener lost between two samples, by the second; it weighs nothing") {
  Asked asked;
  SynListener before;
  SynListener now;
  before.drops = 10;
  now.drops = 25;
  asked.ask(listener_drops::heuristic, &before, &now);
  CHECK(asked.signals.drops_per_s == 3);
  REQUIRE(asked.said("listener_drops") != nullptr);
  CHECK(asked.said("listener_drops")->value == 3);
  CHECK(asked.signals.score == 0);
}

TEST_CASE("nothing lost is said, and is not the same as not known") {
  Asked asked;
  SynListener same;
  same.drops = 10;
  asked.ask(listener_drops::heuristic, &same, &same);
  CHECK(asked.signals.drops_per_s == 0);
}

TEST_CASE("no rate without two samples of the same listener whose drops are known and grew") {
  SynListener counted;
  counted.drops = 10;
  SynListener more;
  more.drops = 11;
  const SynListener unknown;
  const auto rate = [](const SynListener* before, const SynListener* now, bool apart = true) {
    Asked asked;
    if (!apart) asked.alone();
    asked.ask(listener_drops::heuristic, before, now);
    CHECK(asked.signals.evidence.empty() == !asked.signals.drops_per_s.has_value());
    return asked.signals.drops_per_s;
  };
  CHECK(rate(&counted, &more) == 0.2);
  CHECK_FALSE(rate(nullptr, &more).has_value());
  CHECK_FALSE(rate(&unknown, &more).has_value());
  CHECK_FALSE(rate(&counted, &unknown).has_value());
  CHECK_FALSE(rate(&more, &counted).has_value());
  CHECK_FALSE(rate(&counted, &more, false).has_value());
}

}  // namespace
}  // namespace tcpstat::detect
