#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

TEST_CASE("handshakes that ended well are counted by the second, and weigh nothing") {
  Asked asked;
  asked.input.facts.counters.passive_opens = 500;
  asked.input.facts.counters.listen_overflows = 10;
  asked.ask_host(completions::heuristic);
  CHECK(asked.signals.completions_per_s == 100);
  CHECK(asked.signals.overflows_per_s == 2);
  REQUIRE(asked.said("completions") != nullptr);
  CHECK(asked.said("completions")->value == 100);
  CHECK(asked.signals.score == 0);
}

TEST_CASE("none is a number, too") {
  Asked asked;
  asked.ask_host(completions::heuristic);
  CHECK(asked.signals.completions_per_s == 0);
  CHECK(asked.said("completions") != nullptr);
}

TEST_CASE("a counter that is not known, went back, or was read once tells no rate") {
  Asked unknown;
  unknown.input.facts.counters.passive_opens.reset();
  unknown.input.facts.counters.listen_overflows = 5;
  unknown.ask_host(completions::heuristic);
  CHECK_FALSE(unknown.signals.completions_per_s.has_value());
  CHECK(unknown.signals.overflows_per_s == 1);
  CHECK(unknown.signals.evidence.empty());
  Asked back;
  back.input.facts_before->counters.passive_opens = 7;
  back.input.facts.counters.passive_opens = 6;
  back.ask_host(completions::heuristic);
  CHECK_FALSE(back.signals.completions_per_s.has_value());
  Asked alone;
  alone.input.facts.counters.passive_opens = 500;
  alone.alone();
  alone.ask_host(completions::heuristic);
  CHECK_FALSE(alone.signals.completions_per_s.has_value());
}

}  // namespace
}  // namespace tcpstat::detect
