#include "machine/linux_differences.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::machine {
namespace {

using enum State;

TEST_CASE("every difference from the RFC says why, and of which step") {
  for (const Difference& difference : differences()) {
    CAPTURE(difference.rfc9293);
    CHECK(difference.from != difference.to);
    CHECK_FALSE(difference.rfc9293.empty());
    CHECK_FALSE(difference.linux_does.empty());
    CHECK_FALSE(difference.why.empty());
  }
}

TEST_CASE("a difference about every step into a state is about none out of it, and about no state that stays") {
  const auto about = [](Seen from, Seen to) {
    std::size_t count = 0;
    for (const Difference& difference : differences()) count += is_about(difference, from, to) ? 1U : 0U;
    return count;
  };
  CHECK(about(last_ack, time_wait) == 2);
  CHECK(about(fin_wait1, time_wait) == 3);
  CHECK(about(time_wait, time_wait) == 0);
  CHECK(about(kAbsent, time_wait) == 0);
  CHECK(about(established, close_wait) == 0);
}

}  // namespace
}  // namespace tcpstat::machine
