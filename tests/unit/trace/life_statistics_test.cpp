#include "trace/life_statistics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::trace {
namespace {

using enum State;

Transition step(State from, State to, std::int64_t us = 100, std::optional<bool> peer_reset = false,
                std::uint16_t port = 80) {
  Transition out;
  out.from = from;
  out.to = to;
  out.dwell = EventTime(us);
  out.local = test::endpoint("192.0.2.1", port);
  if (to == close) out.peer_reset = peer_reset;
  return out;
}

TEST_CASE("percentiles of times are right to a sixteenth, and the longest exactly") {
  TimeHistogram times;
  for (std::int64_t us = 1; us <= 100'000; ++us) times.add(EventTime(us));
  CHECK(times.count() == 100'000);
  CHECK(times.max() == EventTime(100'000));
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99}) {
    CAPTURE(share);
    const double found = static_cast<double>(times.percentile(share).count());
    CHECK(found >= share * 100'000);
    CHECK(found <= share * 100'000 * (1 + 1.0 / 16));
  }
  CHECK(times.percentile(1) == EventTime(100'000));
}

TEST_CASE("a few times, none, and the ends of what a time can be") {
  TimeHistogram times;
  CHECK(times.percentile(0.5) == EventTime(0));
  times.add(EventTime(7));
  CHECK(times.percentile(0.5) == EventTime(7));
  times.add(EventTime(-3));  // a clock that was set back
  CHECK(times.percentile(0.5) == EventTime(0));
  times.add(EventTime::max());
  CHECK(times.percentile(1) == EventTime::max());
}

TEST_CASE("handshakes of this host, and of its listeners") {
  LifeStatistics statistics;
  statistics.add(step(syn_sent, established), Opening::active);
  statistics.add(step(syn_recv, established), Opening::active);
  statistics.add(step(syn_recv, established), Opening::passive);
  statistics.add(step(syn_recv, established), Opening::unknown);
  statistics.add(step(syn_sent, close, 100, true), Opening::active);
  statistics.add(step(syn_sent, close, 100, false), Opening::active);
  statistics.add(step(established, close, 100, true), Opening::active);
  // One of MPTCP is counted by its subflow.
  Transition upper = step(syn_sent, established);
  upper.protocol = Protocol::mptcp;
  statistics.add(upper, Opening::active);
  const HandshakeCounts counts = statistics.summary().handshakes;
  CHECK(counts.outgoing.completed == 2);
  CHECK(counts.outgoing.refused == 1U);
  CHECK(counts.outgoing.failed == 1U);
  CHECK(counts.incoming.completed == 2);
  // Requests have no transitions: none is not zero.
  CHECK_FALSE(counts.incoming.reset);
  CHECK_FALSE(counts.incoming.expired);
  CHECK_FALSE(counts.incoming.cookie);
}

TEST_CASE("a source that cannot tell a refusal leaves both numbers unknown") {
  LifeStatistics statistics;
  statistics.add(step(syn_sent, close, 100, true), Opening::active);
  statistics.add(step(syn_sent, close, 100, std::nullopt), Opening::active);
  statistics.add(step(syn_sent, close, 100, true), Opening::active);
  CHECK_FALSE(statistics.summary().handshakes.outgoing.refused);
  CHECK_FALSE(statistics.summary().handshakes.outgoing.failed);
}

TEST_CASE("times by listener, the busiest first, then what this host opened, and what was open before") {
  LifeStatistics statistics;
  statistics.add(step(established, close_wait, 10, false, 22), Opening::passive);
  for (int i = 0; i < 3; ++i) statistics.add(step(established, close_wait, 20, false, 443), Opening::passive);
  statistics.add(step(syn_sent, established, 30), Opening::active);
  statistics.add(step(close_wait, last_ack, 40), Opening::unknown);
  const auto groups = statistics.summary().groups;
  REQUIRE(groups.size() == 4);
  CHECK(groups[0].local->port == 443);
  REQUIRE(groups[0].states.size() == 1);
  CHECK(groups[0].states[0].state == established);
  CHECK(groups[0].states[0].count == 3);
  CHECK(groups[0].states[0].max == EventTime(20));
  CHECK(groups[1].local->port == 22);
  CHECK((groups[2].opening == Opening::active));
  CHECK((groups[3].opening == Opening::unknown));
}

TEST_CASE("listeners of one address are told apart by the device that they are bound to") {
  LifeStatistics statistics;
  const auto on_device = [](std::uint32_t interface, std::uint64_t netns) {
    Transition out = step(established, close_wait);
    out.interface = interface;
    out.netns = netns;
    return out;
  };
  for (int i = 0; i < 3; ++i) statistics.add(on_device(7, 1), Opening::passive);
  for (int i = 0; i < 2; ++i) statistics.add(on_device(7, 2), Opening::passive);
  statistics.add(on_device(0, 1), Opening::passive);
  statistics.add(on_device(0, 2), Opening::passive);
  const auto groups = statistics.summary().groups;
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].interface == 7);
  CHECK(groups[0].netns == 1U);
  CHECK(groups[0].states[0].count == 3);
  // Without a device the namespace tells nothing apart.
  const auto none = std::find_if(groups.begin(), groups.end(), [](const auto& one) { return one.interface == 0; });
  REQUIRE(none != groups.end());
  CHECK(none->states[0].count == 2);
  CHECK_FALSE(none->netns);
}

TEST_CASE("no time in a state: a listener's, a state that is stored again, a record without the one before") {
  LifeStatistics statistics;
  statistics.add(step(listen, close), Opening::unknown);
  statistics.add(step(fin_wait2, fin_wait2), Opening::active);
  Transition first = step(established, close);
  first.dwell.reset();
  statistics.add(first, Opening::unknown);
  CHECK(statistics.summary().groups.empty());
}

TEST_CASE("listeners beyond those that are told apart are one group") {
  LifeStatistics statistics(2);
  for (std::uint16_t port = 1; port <= 5; ++port) {
    statistics.add(step(established, close_wait, 10, false, port), Opening::passive);
  }
  const auto groups = statistics.summary().groups;
  REQUIRE(groups.size() == 3);
  CHECK_FALSE(groups[2].local);
  CHECK((groups[2].opening == Opening::passive));
  CHECK(groups[2].states[0].count == 3);
}

}  // namespace
}  // namespace tcpstat::trace
