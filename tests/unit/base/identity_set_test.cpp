#include "base/identity_set.h"

#include <doctest/doctest.h>

#include <random>
#include <unordered_set>

TEST_SUITE_BEGIN("identity set");

namespace tcpstat {

TEST_CASE("an identity is new once, however many come between") {
  IdentitySet set;
  for (std::uint64_t i = 1; i <= 2'000; ++i) REQUIRE_FALSE(set.seen(i << 32U));  // same low bits: one long chain
  for (std::uint64_t i = 1; i <= 2'000; ++i) REQUIRE(set.seen(i << 32U));
}

TEST_CASE("it answers as a set of the standard library does") {
  std::mt19937_64 random(7);
  IdentitySet set;
  std::unordered_set<std::uint64_t> model;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t identity = random() % 50'000 + 1;
    REQUIRE(set.seen(identity * 0x9E3779B97F4A7C15ULL) == !model.insert(identity).second);
  }
}

}  // namespace tcpstat

TEST_SUITE_END();
