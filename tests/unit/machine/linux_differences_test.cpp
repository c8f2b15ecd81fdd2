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

TEST_CASE("where Linux leaves the RFC, step by step") {
  struct Fact {
    Seen from;
    State to;
    std::string_view linux_does;  ///< a part of it
  };
  constexpr Fact kFacts[] = {
      {listen, syn_sent, "EISCONN"},
      {listen, syn_recv, "the listener stays"},
      {syn_recv, listen, "nothing is printed"},
      {syn_recv, listen, "reset and dropped"},
      {syn_recv, close_wait, "then ESTABLISHED>CLOSE_WAIT"},
      {fin_wait1, time_wait, "then FIN_WAIT2>CLOSE"},
      {kAbsent, time_wait, "TIME_WAIT is never printed"},
      {established, fin_wait1, "FIN_WAIT1 begins at close()"},
      {fin_wait2, close, "tcp_fin_timeout"},
      {time_wait, close, "60 s"},
      {time_wait, close, "tcp_rfc1337=0"},
      {syn_sent, close, "131 s by default (127 s before Linux 6.5)"},
      {kAbsent, time_wait, "enters CLOSE"},
  };
  const auto all = differences();
  REQUIRE(all.size() == std::size(kFacts));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].linux_does);
    CHECK(all[i].from == kFacts[i].from);
    CHECK(all[i].to == kFacts[i].to);
    CHECK(all[i].linux_does.find(kFacts[i].linux_does) != std::string_view::npos);
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
  // What is gone is CLOSED.
  CHECK(about(time_wait, kAbsent) == 2);
  CHECK(about(syn_sent, kAbsent) == about(syn_sent, close));
  CHECK(about(established, kAbsent) == 0);
}

}  // namespace
}  // namespace tcpstat::machine
