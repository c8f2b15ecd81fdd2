#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::carry_over;
using test::delta;

TEST_CASE("the fate of what was old decides between loss and flood") {
  Scene before;
  before.flood(8, 4);
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 100;
  SUBCASE("all wait: a flood") {
    Scene now;
    now.flood(8, 9);
    carry_over(before, now, 40);  // those of the first sample are 5 s older now
    now.established(5);
    const SynReport report = delta(before, now, facts);
    const SynVerdict& verdict = test::verdict(report);
    REQUIRE(test::evidence(verdict, "aged_completed") != nullptr);
    CHECK(test::evidence(verdict, "aged_completed")->value == 0);
    CHECK(test::evidence(verdict, "aged_completed")->weight == 3);
    CHECK(verdict.level == AttackLevel::likely);
  }
  SUBCASE("all completed: loss") {
    Scene now;
    now.flood(8, 4);
    for (Connection& row : now.rows) row.cookie = *row.cookie + 5000;
    for (const Connection& row : before.rows) {
      Connection done = test::connection(State::established, row.local, row.remote);
      done.cookie = row.cookie;
      now.rows.push_back(done);
    }
    const SynReport report = delta(before, now, facts);
    const SynVerdict& verdict = test::verdict(report);
    REQUIRE(test::evidence(verdict, "aged_completed") != nullptr);
    CHECK(test::evidence(verdict, "aged_completed")->value == 1);
    CHECK(verdict.level == AttackLevel::none);
    CHECK(verdict.attack_class == "lossy clients");
  }
}

}  // namespace
}  // namespace tcpstat::detect
