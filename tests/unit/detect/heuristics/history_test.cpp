#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

TEST_CASE("the sum of what exceeded the ordinary in earlier runs accuses above its limit") {
  struct Row {
    double sum;
    double weight;
    Answer adds_up;
  };
  for (const Row& row : {Row{0, 0, Answer::no}, Row{0.99, 0, Answer::no}, Row{1, 0, Answer::no},
                         Row{1.01, 2, Answer::yes}, Row{500, 2, Answer::yes}}) {
    CAPTURE(row.sum);
    Asked asked;
    asked.input.cusum = row.sum;
    asked.ask_host(history::heuristic);
    CHECK(asked.signals.score == row.weight);
    CHECK(asked.signals.adds_up == row.adds_up);
    REQUIRE(asked.said("never_completed_cusum") != nullptr);
    CHECK(asked.said("never_completed_cusum")->value == row.sum);
    CHECK(asked.said("never_completed_cusum")->limit == history::alarm_sum({}));
  }
}

TEST_CASE("without earlier runs there is no answer") {
  Asked asked;
  asked.ask_host(history::heuristic);
  CHECK(asked.signals.adds_up == Answer::unknown);
  CHECK(asked.signals.evidence.empty());
}

TEST_CASE("the limit is the user's") {
  Thresholds thresholds;
  CHECK(history::alarm_sum(thresholds) == 1);
  thresholds.set("history", "sum", 7);
  CHECK(history::alarm_sum(thresholds) == 7);
}

TEST_CASE("the sum of earlier runs is told with what it is held against") {
  Asked asked;
  asked.input.cusum = 1.5;
  asked.ask_host(history::heuristic);
  CHECK(asked.told("never_completed_cusum") == "1.5 > 1 /s, +2, state file");
}

}  // namespace
}  // namespace tcpstat::detect
