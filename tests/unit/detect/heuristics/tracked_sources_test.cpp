#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "detect/asked.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

TrackedSample from_one_source(std::uint64_t unanswered) {
  TrackedSample out;
  out.tracking = Tracking::read;
  out.half_open = unanswered + 5;
  out.unanswered = unanswered;
  out.busiest = test::endpoint("192.0.2.1", 443);
  out.busiest_unanswered = unanswered;
  out.sources.assign(unanswered, test::endpoint("203.0.113.9", 0).address);
  return out;
}

void ask(Asked& asked, const TrackedSample& tracked) {
  asked.input.tracked = &tracked;
  asked.ask_host(tracked_sources::heuristic);
  CHECK_MESSAGE(asked.signals.score == 0, "who sends the SYNs decides nothing");
}

TEST_CASE("from enough entries on, tracked entries name the sources and the listener") {
  for (const std::uint64_t entries : {19U, 20U}) {
    CAPTURE(entries);
    Asked asked;
    ask(asked, from_one_source(entries));
    REQUIRE(asked.said("tracked_half_opens") != nullptr);
    CHECK(asked.said("tracked_half_opens")->value == static_cast<double>(entries));
    const bool enough = entries == 20;
    CHECK(asked.signals.tracked == (enough ? 20 : 0));
    CHECK(asked.signals.sources.has_value() == enough);
    REQUIRE(asked.signals.origin.has_value() == enough);
    CHECK(asked.signals.tracked_listener == (enough ? "192.0.2.1:443" : ""));
    CHECK((asked.said("tracked_top_source") != nullptr) == enough);
    if (!enough) continue;
    CHECK(asked.signals.origin->attack_class == AttackClass::single_source);
    CHECK(asked.signals.origin->place == "203.0.113.9");
    CHECK(asked.said("tracked_top_source")->value == 1);
  }
}

TEST_CASE("from enough answers by RST on, their sources are counted") {
  for (const std::uint64_t reset : {19U, 20U, 40U}) {
    CAPTURE(reset);
    Asked asked;
    TrackedSample tracked;
    tracked.tracking = Tracking::read;
    tracked.reset = reset;
    // One of two is known, each of two sources twice.
    for (std::uint64_t i = 0; i < reset / 2; ++i) {
      tracked.reset_sources.push_back(test::endpoint("203.0.113." + std::to_string(i / 2), 0).address);
    }
    ask(asked, tracked);
    CHECK((asked.said("tracked_reset_sources") != nullptr) == (reset >= 20));
    CHECK(asked.signals.reset_origin.has_value() == (reset >= 20));
    if (reset != 40) continue;
    CHECK(asked.told("tracked_reset_sources") == "20 sources, 0, ctnetlink");
    CHECK(asked.said("tracked_reset_top_source")->value == doctest::Approx(0.1));
  }
}

TEST_CASE("a listener is named if half of the entries are for it") {
  for (const auto& [busiest, name] : {std::pair(20U, "192.0.2.1:443"), {19U, ""}}) {
    Asked asked;
    TrackedSample tracked = from_one_source(40);
    tracked.busiest_unanswered = busiest;
    ask(asked, tracked);
    CHECK(asked.signals.tracked_listener == name);
  }
  Asked asked;
  TrackedSample tracked = from_one_source(40);
  tracked.busiest.reset();
  ask(asked, tracked);
  CHECK(asked.signals.tracked_listener.empty());
  CHECK(asked.signals.tracked == 40);
}

TEST_CASE("connection tracking that was not read, or shows no source, says nothing") {
  for (const Tracking tracking :
       {Tracking::not_asked, Tracking::inactive, Tracking::untold, Tracking::refused, Tracking::failed}) {
    Asked asked;
    TrackedSample tracked = from_one_source(40);
    tracked.tracking = tracking;
    ask(asked, tracked);
    CHECK(asked.signals.evidence.empty());
  }
  Asked asked;
  asked.ask_host(tracked_sources::heuristic);
  CHECK(asked.signals.evidence.empty());
  Asked hidden;
  TrackedSample tracked = from_one_source(40);
  tracked.sources.clear();
  ask(hidden, tracked);
  CHECK_FALSE(hidden.signals.origin.has_value());
  CHECK(hidden.signals.tracked == 0);
}

}  // namespace
}  // namespace tcpstat::detect
