#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

TEST_CASE("impossible sources accuse from two of a hundred on") {
  for (const std::size_t aged : {100U, 101U}) {
    CAPTURE(aged);
    std::vector<HalfOpen> entries(aged);
    for (HalfOpen& entry : entries) entry.source = test::address("198.51.100.7");
    entries[0].source = test::address("240.0.0.1");
    entries[1].source = test::address("0.0.0.1");
    test::Asked asked;
    SynListener listener;
    listener.local = test::endpoint("192.0.2.1", 443);
    ListenerView view = host_view(asked.input);
    view.now = &listener;
    for (const HalfOpen& entry : entries) view.aged.push_back(&entry);
    asked.signals.amount_aged = Amount::many;
    impossible_sources::heuristic.judge(view, {}, asked.signals);
    CHECK(asked.signals.score == (aged == 100 ? 2 : 0));
  }
}

TEST_CASE("a timer for longer than the retransmits account for is that of a deferred accept, with some slack") {
  for (const auto& [timer_ms, deferred] : {std::pair(1059U, false), {1060U, false}, {1061U, true}}) {
    CAPTURE(timer_ms);
    HalfOpen entry;
    entry.retransmits = 0;
    entry.timer_ms = timer_ms;
    CHECK(entry.deferred() == deferred);
    entry.retransmits = 1;
    entry.timer_ms = timer_ms + 1000;
    CHECK(entry.deferred() == deferred);
  }
}

}  // namespace
}  // namespace tcpstat::detect
