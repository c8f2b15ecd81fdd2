#include "base/frequent_keys.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <ostream>

#include "support/rows.h"

namespace tcpstat {
namespace {

struct Spread {
  std::uint64_t operator()(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15ULL >> 20U; }
};
struct Collide {
  std::uint64_t operator()(std::uint64_t) const { return 42; }
};

using Counts = std::map<std::uint64_t, std::uint64_t>;

TEST_CASE("counts are exact while there are fewer keys than counters") {
  FrequentKeys<std::uint64_t, Spread> keys{Spread{}};
  Counts exact;
  test::Random random(1);
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t key = random.below(keys.kCapacity - 1);
    keys.add(key);
    ++exact[key];
  }
  CHECK(keys.error() == 0);
  const auto top = keys.top(keys.kCapacity);
  REQUIRE(top.size() == exact.size());
  for (const auto& entry : top) REQUIRE(entry.count == exact[entry.key]);
}

TEST_CASE("the largest counts come first and ties are in the order of their keys") {
  FrequentKeys<std::uint64_t, Spread> keys{Spread{}};
  for (const std::uint64_t key : {5U, 3U, 3U, 9U, 9U, 1U}) keys.add(key);
  const auto top = keys.top(3);
  REQUIRE(top.size() == 3);
  CHECK(top[0].key == 3);
  CHECK(top[1].key == 9);
  CHECK(top[2].key == 1);
  CHECK(keys.top(0).empty());
}

template <typename Hash>
void check_bounds(std::uint64_t additions, std::uint64_t different, double skew) {
  FrequentKeys<std::uint64_t, Hash> keys{Hash{}};
  Counts exact;
  test::Random random(different);
  for (std::uint64_t i = 0; i < additions; ++i) {
    // Small keys are the frequent ones, the more so the larger the skew.
    const double at = static_cast<double>(random.below(1'000'000)) / 1e6;
    const auto key = static_cast<std::uint64_t>(std::pow(at, skew) * static_cast<double>(different));
    keys.add(key);
    ++exact[key];
  }
  // Each reduction takes its median off at least half of the counters.
  CHECK(keys.error() <= additions / (keys.kCapacity / 2));
  Counts told;
  for (const auto& entry : keys.top(keys.kCapacity)) {
    told[entry.key] = entry.count;
    REQUIRE(entry.count <= exact[entry.key]);
    REQUIRE(exact[entry.key] <= entry.count + keys.error());
  }
  for (const auto& [key, count] : exact) {
    CAPTURE(key);
    if (count > keys.error()) REQUIRE(told.contains(key));
  }
}

TEST_CASE("a true count lies between the told one and the error, and no frequent key is missing") {
  SUBCASE("keys that hardly repeat") { check_bounds<Spread>(200'000, 1'000'000, 1); }
  SUBCASE("few that repeat much") { check_bounds<Spread>(200'000, 1'000'000, 6); }
  SUBCASE("somewhat more keys than counters") { check_bounds<Spread>(200'000, 5'000, 1); }
  SUBCASE("a hash that does not spread") { check_bounds<Collide>(8'000, 5'000, 2); }
}

}  // namespace
}  // namespace tcpstat
