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

TEST_CASE("packets that were dropped for want of room are told by the second, and those of clashes are none") {
  struct Case {
    std::uint64_t dropped;
    std::uint64_t failed;
    double lost_per_s;
  };
  for (const Case& one : {Case{15, 0, 3}, Case{15, 5, 2}, Case{5, 5, 0}, Case{5, 6, 0}}) {
    CAPTURE(one.dropped);
    CAPTURE(one.failed);
    Asked asked;
    without_filters(asked);
    asked.input.facts_before->filters.conntrack_drop = 10;
    asked.input.facts.filters.conntrack_drop = 10 + one.dropped;
    asked.input.facts_before->filters.conntrack_insert_failed = 7;
    asked.input.facts.filters.conntrack_insert_failed = 7 + one.failed;
    // Those were dropped to make room.
    asked.input.facts_before->filters.conntrack_early_drop = 0;
    asked.input.facts.filters.conntrack_early_drop = 100;
    asked.ask_host(conntrack_pressure::heuristic);
    REQUIRE(asked.said("conntrack_lost") != nullptr);
    CHECK(asked.said("conntrack_lost")->value == one.lost_per_s);
    CHECK(asked.signals.score == 0);
  }
}

TEST_CASE("without the counter of drops no loss is told") {
  Asked asked;
  without_filters(asked);
  asked.input.facts_before->filters.conntrack_insert_failed = 0;
  asked.input.facts.filters.conntrack_insert_failed = 5;
  asked.ask_host(conntrack_pressure::heuristic);
  CHECK(asked.said("conntrack_lost") == nullptr);
}

}  // namespace
}  // namespace tcpstat::detect
