#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::counted;

TEST_CASE("embryonic resets: weights at their limits") {
  using Facts = KernelFacts;
  const auto embryonic = [](std::uint64_t rsts, std::uint64_t opens) {
    return [=](Facts& f) {
      f.counters.embryonic_rsts = rsts;
      f.counters.passive_opens = opens;
    };
  };
  CHECK(counted(embryonic(49, 0), "embryonic_resets")->weight == 0);
  // A few hosts that check a listener's health once a second reset as many.
  CHECK(counted(embryonic(50, 0), "embryonic_resets")->weight == 0);
  CHECK(counted(embryonic(124, 0), "embryonic_resets")->weight == 0);
  CHECK(counted(embryonic(125, 0), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 0), "embryonic_resets")->weight == 5);
  CHECK(counted(embryonic(250, 500), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 250), "embryonic_resets")->weight == 4);
  CHECK(counted(embryonic(199, 100), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(200, 100), "embryonic_resets")->weight == 4);
}

}  // namespace
}  // namespace tcpstat::detect
