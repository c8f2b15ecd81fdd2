// What bench makes of its words and of its numbers. No time is asserted, here or anywhere.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "cases.h"
#include "goals.h"
#include "program.h"
#include "rounds.h"
#include "statistics.h"
#include "words.h"

namespace tcpstat::bench {
namespace {

std::string complaint(const Words& words) {
  try {
    parse(words);
  } catch (const lab::UsageError& error) {
    return error.what();
  }
  return "";
}

std::string goal_text(Task task, Size size, double ratio) {
  const auto goal = goal_of(task, size);
  return goal ? verdict(*goal, ratio) : "none";
}

TEST_CASE("a median is the middle value, or the mean of two") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 5}) == 5);
  CHECK(median({4, 1, 3, 100}) == 3.5);
}

TEST_CASE("a ratio is made within each round, so that a slow round changes nothing") {
  const std::vector<double> values = {12, 120, 13, 11, 12};
  const std::vector<double> divisors = {10, 100, 10, 10, 10};
  CHECK(median_ratio(values, divisors) == doctest::Approx(1.2));
  CHECK(least_ratio(values, divisors) == doctest::Approx(1.1));
  CHECK(median_ratio(values, values) == 1);
}

TEST_CASE("three of four rounds are above the low ratio") {
  const std::vector<double> once(8, 1);
  CHECK(low_ratio({8, 7, 6, 5, 4, 3, 2, 1}, once) == 3);
  CHECK(low_ratio({2}, {4}) == 0.5);
}

TEST_CASE("the least values of both sides need not be of one round") {
  CHECK(least({3, 2, 5}) == 2);
  CHECK(greatest({3, 5, 2}) == 5);
  CHECK(least_ratio({4, 3}, {1, 2}) == 3);
}

TEST_CASE("goals are those of the nearer size") {
  CHECK(nearer_size(10) == Size::small);
  CHECK(nearer_size(10'016) == Size::small);
  CHECK(nearer_size(99'999) == Size::small);
  CHECK(nearer_size(100'000) == Size::large);
  CHECK(nearer_size(1'000'016) == Size::large);
  CHECK(nearer_size(5'000'000) == Size::large);
}

TEST_CASE("a size in between says whose goals it has") {
  CHECK(describe(Size::small, 10'016) == "10,000 sockets");
  CHECK(describe(Size::large, 1'000'016) == "1,000,000 sockets");
  CHECK(describe(Size::small, 50'000) == "10,000 sockets, nearer than those of 1,000,000");
  CHECK(describe(Size::large, 400'000) == "1,000,000 sockets, nearer than those of 10,000");
}

TEST_CASE("each task has its goal at each size") {
  CHECK(goal_text(Task::rows, Size::small, 1.25) == "<= 1.25 met");
  CHECK(goal_text(Task::rows, Size::small, 1.26) == "<= 1.25 missed");
  CHECK(goal_text(Task::rows, Size::large, 1.11) == "<= 1.1 missed");
  CHECK(goal_text(Task::json, Size::small, 1.6) == "<= 1.6 met");
  CHECK(goal_text(Task::json, Size::large, 1.3) == "<= 1.2 missed");
  CHECK(goal_text(Task::summary, Size::small, 1.0) == "<= 1.25 met");
  CHECK(goal_text(Task::summary, Size::large, 1.0) == "<= 1.05 met");
  CHECK(goal_text(Task::half_open, Size::small, 1.0) == "<= 1.3 met");
  CHECK(goal_text(Task::half_open, Size::large, 1.2) == "<= 1.15 missed");
  CHECK(goal_text(Task::filtered, Size::large, 1.04) == "<= 1.05 met");
  CHECK(goal_text(Task::filtered, Size::small, 1.2) == "none");
  CHECK(goal_text(Task::places, Size::large, 1.2) == "<= 1.1 missed");
  CHECK(goal_text(Task::prefixes, Size::large, 1.3) == "<= 1.3 met");
  CHECK(goal_text(Task::prefixes, Size::small, 1.0) == "none");
  CHECK(goal_text(Task::namespaces, Size::small, 1.51) == "<= 1.5 missed");
  CHECK(goal_text(Task::empty, Size::small, 0.91) == "<= 0.9 missed");
  CHECK(goal_text(Task::ss_owners, Size::large, 9) == ">= 8 met");
  CHECK(goal_text(Task::ss_owners, Size::large, 7) == ">= 8 missed");
  CHECK(goal_text(Task::ss_owners, Size::small, 2) == "none");
  CHECK(goal_text(Task::other, Size::large, 1) == "none");
}

TEST_CASE("turns: each member once a round, each equally often first, and none always behind the same one") {
  std::map<std::size_t, int> first;
  std::map<std::pair<std::size_t, std::size_t>, int> neighbours;
  constexpr std::size_t kMembers = 3;
  for (int round = 0; round < 12; ++round) {
    const auto order = turns(kMembers, round);
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == std::vector<std::size_t>{0, 1, 2});
    ++first[order[0]];
    for (std::size_t i = 0; i + 1 < order.size(); ++i) ++neighbours[{order[i], order[i + 1]}];
  }
  CHECK(first == std::map<std::size_t, int>{{0, 4}, {1, 4}, {2, 4}});
  CHECK(neighbours.size() == kMembers * (kMembers - 1));
  for (const auto& [pair, times] : neighbours) CHECK(times == 4);
  CHECK(turns(0, 3).empty());
}

TEST_CASE("words: numbers in their order, --against anywhere") {
  const Request none = parse({});
  CHECK(none.sockets == 100'000);
  CHECK(none.rounds == 15);
  CHECK(none.against == "");
  for (const Words& words : {Words{"10000", "20", "--against", "/old"}, Words{"--against", "/old", "10000", "20"},
                             Words{"10000", "--against", "/old", "20"}}) {
    const Request request = parse(words);
    CHECK(request.sockets == 10'000);
    CHECK(request.rounds == 20);
    CHECK(request.against == "/old");
  }
}

TEST_CASE("words that cannot be meant get one sentence") {
  CHECK(complaint({"many"}) == "the number of sockets must be a number from 10 on, not 'many'");
  CHECK(complaint({"9"}) == "the number of sockets must be a number from 10 on, not '9'");
  CHECK(complaint({"100k"}) == "the number of sockets must be a number from 10 on, not '100k'");
  CHECK(complaint({"99999999999999999999"}) ==
        "the number of sockets must be a number from 10 on, not '99999999999999999999'");
  CHECK(complaint({"100", "0"}) == "the number of rounds must be a number from 1 on, not '0'");
  CHECK(complaint({"100", "5", "/old"}) == "'/old' is one word too many");
  CHECK(complaint({"--against"}) == "--against needs the path of a tcpstat");
  CHECK(complaint({"--fast"}) == "there is no option '--fast'");
  CHECK(complaint({"100", "5"}) == "");
}

TEST_CASE("every tcpstat has something beside it, and no case is there twice") {
  for (const char* group : {"empty", "population", "owners", "namespaces", "trace"}) {
    std::map<std::string, int> names;
    for (const Case& one : cases_of(group, 10'000)) {
      CAPTURE(one.name());
      CHECK(++names[one.name()] == 1);
      if (one.is_tcpstat()) CHECK_FALSE(one.references.empty());
    }
    CHECK(names.size() >= 4);
  }
  CHECK(cases_of("owners", 100'000).size() > cases_of("owners", 800'000).size());
  CHECK_THROWS_AS(cases_of("others", 1), lab::UsageError);
}

}  // namespace
}  // namespace tcpstat::bench
