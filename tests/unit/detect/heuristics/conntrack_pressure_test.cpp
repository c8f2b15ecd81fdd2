#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

Asked& without_filters(Asked& asked) {
  asked.input.facts.filters = {};
  asked.input.facts_before->filters = {};
  return asked;
}

TEST_CASE("how full the table of connection tracking is") {
  Asked asked;
  asked.alone();
  asked.input.facts.settings.conntrack_count = 64;
  asked.input.facts.settings.conntrack_max = 256;
  asked.ask_host(conntrack_pressure::heuristic);
  REQUIRE(asked.said("conntrack_fill") != nullptr);
  CHECK(asked.said("conntrack_fill")->value == 0.25);
  CHECK(asked.signals.score == 0);
  CHECK(asked.said("conntrack_lost") == nullptr);
}

TEST_CASE("a table without a limit, or that nobody could read, has no fill") {
  for (const auto max : {std::optional<std::int64_t>(0), std::optional<std::int64_t>()}) {
    Asked asked;
    without_filters(asked);
    asked.input.facts.settings.conntrack_count = 5;
    asked.input.facts.settings.conntrack_max.reset();
    if (max) asked.input.facts.settings.conntrack_max = 0;
    asked.ask_host(conntrack_pressure::heuristic);
    CHECK(asked.signals.evidence.empty());
  }
  Asked asked;
  without_filters(asked);
  asked.input.facts.settings.conntrack_count.reset();
  asked.input.facts.settings.conntrack_max = 256;
  asked.ask_host(conntrack_pressure::heuristic);
  CHECK(asked.signals.evidence.empty());
}

TEST_CASE("entries that were lost for want of room are added up by the second, whichever counter has them") {
  for (auto FilterCounters::*const counter : {&FilterCounters::conntrack_drop, &FilterCounters::conntrack_insert_failed,
                                              &FilterCounters::conntrack_early_drop}) {
    Asked asked;
    without_filters(asked);
    asked.input.facts_before->filters.*counter = 10;
    asked.input.facts.filters.*counter = 25;
    asked.ask_host(conntrack_pressure::heuristic);
    REQUIRE(asked.said("conntrack_lost") != nullptr);
    CHECK(asked.said("conntrack_lost")->value == 3);
    CHECK(asked.signals.score == 0);
  }
  Asked all;
  without_filters(all);
  for (auto FilterCounters::*const counter : {&FilterCounters::conntrack_drop, &FilterCounters::conntrack_insert_failed,
                                              &FilterCounters::conntrack_early_drop}) {
    all.input.facts_before->filters.*counter = 0;
    all.input.facts.filters.*counter = 5;
  }
  all.ask_host(conntrack_pressure::heuristic);
  REQUIRE(all.said("conntrack_lost") != nullptr);
  CHECK(all.said("conntrack_lost")->value == 3);
}

}  // namespace
}  // namespace tcpstat::detect
