#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::counted;

TEST_CASE("client liveness: weights at their limits") {
  using Facts = KernelFacts;
  const auto alive = [](std::uint64_t retransmits, std::uint64_t timeouts) {
    return [=](Facts& f) {
      f.counters.syn_retrans = retransmits;
      f.counters.tcp_timeouts = timeouts;
    };
  };
  CHECK_FALSE(counted(alive(20, 14), "syn_retransmits_per_timeout").has_value());
  CHECK(counted(alive(115, 100), "syn_retransmits_per_timeout")->weight == 0);
  CHECK(counted(alive(116, 100), "syn_retransmits_per_timeout")->weight == -2);
}

}  // namespace
}  // namespace tcpstat::detect
