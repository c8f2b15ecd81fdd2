#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::weighed;

TEST_CASE("survival: a flood stays, clients get through, chance neither clears nor accuses") {
  struct Row {
    int first;
    int second;
    double weight;
  };
  // 3 to 7 s is twice as long as 1 to 3 s.
  for (const Row& row : {Row{20, 40, 1}, Row{20, 30, 0}, Row{80, 120, 1}, Row{20, 28, 0}, Row{48, 38, -2.5},
                         Row{5, 7, 0}, Row{8, 8, 0}}) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    Scene scene;
    for (int i = 0; i < row.first; ++i) scene.request(1 + 2.0 * i / row.first);
    for (int i = 0; i < row.second; ++i) scene.request(6.99 - 3.9 * i / row.second);
    const auto found = weighed(scene, "survival");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
}

TEST_CASE("pulses are no clients that get through between their rounds") {
  Scene pulses;
  pulses.backlog = 1024;
  for (int i = 0; i < 262; ++i) pulses.request(0.4 + 0.5 * i / 262);
  for (int i = 0; i < 88; ++i) pulses.request(1.01 + 0.1 * i / 88);
  for (int i = 0; i < 512; ++i) pulses.request(8 + 2.0 * i / 512);
  REQUIRE(weighed(pulses, "survival").has_value());
  CHECK(weighed(pulses, "survival")->weight == 0);
  CHECK_FALSE(test::measured(pulses).rounds_thin_out);
  // Those of the last one alone have no past.
  Scene thinning;
  for (int i = 0; i < 88; ++i) thinning.request(1.01 + 0.1 * i / 88);
  for (int i = 0; i < 8; ++i) thinning.request(8 + i / 4.0);
  CHECK(weighed(thinning, "survival")->weight < 0);
}

TEST_CASE("survival is how dense requests of the second round are beside those of the first") {
  std::uint64_t completed = 1;
  const auto survival = [&](double first, double second, double oldest_s, Measurements* signals = nullptr) {
    Asked asked;
    asked.input.facts_before.emplace().counters.passive_opens = 0;
    asked.input.facts.counters.passive_opens = completed;
    ListenerView view = host_view(asked.input);
    view.by_rounds[1] = first;
    view.by_rounds[2] = second;
    view.oldest_s = oldest_s;
    if (signals != nullptr) asked.signals = *signals;
    survival::heuristic.judge(view, {}, asked.signals);
    if (signals != nullptr) *signals = asked.signals;
    return asked.told("survival");
  };
  // 3 to 7 s are four seconds, 1 to 3 s two.
  CHECK(survival(100, 200, 7) == "1 >= 0.75 ratio, +1, sock_diag");
  CHECK(survival(100, 200, 60) == "1 >= 0.75 ratio, +1, sock_diag");
  CHECK(survival(100, 100, 5) == "1 >= 0.75 ratio, +1, sock_diag");
  CHECK(survival(100, 50, 4) == "1 >= 0.75 ratio, +1, sock_diag");
  CHECK(survival(100, 50, 3.99) == "nothing");
  CHECK(survival(400, 600, 7) == "0.75 >= 0.75 ratio, +1, sock_diag");
  CHECK(survival(400, 160, 7).ends_with(", -2.5, sock_diag"));
  // If nobody completes, requests are gone because the kernel pruned the queue.
  completed = 0;
  CHECK(survival(400, 160, 7).ends_with(", 0, sock_diag"));
  completed = 1;
  CHECK(survival(0, 200, 7) == "nothing");
  Measurements full;
  full.saturated = Answer::yes;
  CHECK(survival(100, 200, 7, &full) == "nothing");
  // Fates that were seen say more.
  Measurements decided;
  decided.fates_decide = true;
  CHECK(survival(100, 200, 7, &decided) == "1 >= 0.75 ratio, 0, sock_diag");
  CHECK(decided.requests_survive == Answer::yes);
  CHECK_FALSE(decided.rounds_thin_out);
  Measurements seen;
  seen.completion = Completion::some;
  CHECK(survival(100, 200, 7, &seen) == "1 >= 0.75 ratio, 0, sock_diag");
}

}  // namespace
}  // namespace tcpstat::detect
