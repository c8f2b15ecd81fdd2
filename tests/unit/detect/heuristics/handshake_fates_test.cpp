#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

TEST_CASE("handshakes that were counted one by one are told, and weigh nothing") {
  CountedHandshakes counted;
  counted.all = {.completed = 40, .reset = 3, .expired = 2, .pruned = 1, .cookie = 5};
  Asked asked;
  asked.input.counted = &counted;
  asked.ask_host(handshake_fates::heuristic);
  const auto value = [&](std::string_view quantity) {
    const Evidence* said = asked.said(quantity);
    REQUIRE(said != nullptr);
    CHECK(said->source == "bpf");
    return said->value;
  };
  CHECK(value("handshakes_completed") == 40);
  CHECK(value("handshakes_by_cookie") == 5);
  CHECK(value("handshakes_reset") == 3);
  CHECK(value("handshakes_expired") == 2);
  CHECK(value("handshakes_pruned") == 1);
  CHECK(asked.said("handshakes_of_closed_listeners") == nullptr);
  CHECK(asked.said("handshakes_events_missed") == nullptr);
  CHECK(asked.signals.score == 0);
}

TEST_CASE("of no handshake nothing has come") {
  const CountedHandshakes counted;
  Asked asked;
  asked.input.counted = &counted;
  asked.ask_host(handshake_fates::heuristic);
  for (const Evidence& said : asked.signals.evidence) {
    CAPTURE(said.quantity);
    CHECK(said.value == 0);
  }
  CHECK(asked.signals.evidence.size() == 5);
  CHECK(counted.all.begun + counted.all.answered_late + counted.all.unanswered_again + counted.all.connections == 0);
}

TEST_CASE("what is rare is told where there is some") {
  CountedHandshakes counted;
  counted.all.closed = 4;
  counted.missed = 2;
  Asked asked;
  asked.input.counted = &counted;
  asked.ask_host(handshake_fates::heuristic);
  REQUIRE(asked.said("handshakes_of_closed_listeners") != nullptr);
  CHECK(asked.said("handshakes_of_closed_listeners")->value == 4);
  REQUIRE(asked.said("handshakes_events_missed") != nullptr);
  CHECK(asked.said("handshakes_events_missed")->value == 2);
}

TEST_CASE("nothing was counted: nothing is said") {
  Asked asked;
  asked.ask_host(handshake_fates::heuristic);
  CHECK(asked.signals.evidence.empty());
}

}  // namespace
}  // namespace tcpstat::detect
