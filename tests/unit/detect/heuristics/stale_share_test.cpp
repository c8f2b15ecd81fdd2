#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::weighed;

TEST_CASE("stale: weights at their limits") {
  struct Row {
    int fresh;
    int aged;
    double weight;
  };
  for (const Row& row : {Row{8, 7, 0}, Row{8, 8, 2}, Row{9, 8, 0}, Row{5, 20, 3}, Row{6, 20, 2}, Row{4, 19, 2},
                         Row{20, 2, -2}, Row{18, 2, 0}, Row{19, 0, 0}, Row{300, 20, 0}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Scene scene;
    scene.fresh(static_cast<std::size_t>(row.fresh));
    for (int i = 0; i < row.aged; ++i) scene.request(1.5);
    const auto found = weighed(scene, "stale_half_opens");
    REQUIRE(found.has_value());
    CHECK(found->value.value() == doctest::Approx(row.aged / double(row.fresh + row.aged)));
    CHECK(found->weight == row.weight);
  }
}

void ask_stale(Asked& asked, double fresh, double aged, const SynListener* before = nullptr) {
  const SynListener now;
  ListenerView view = host_view(asked.input);
  view.now = &now;
  view.before = before;
  view.by_rounds[0] = fresh;
  view.by_rounds[3] = aged;
  stale_share::heuristic.judge(view, {}, asked.signals);
}

TEST_CASE("old requests are told as a share and as a number, against the limits that they reach") {
  struct Row {
    double fresh;
    double aged;
    std::string_view share;
    Staleness staleness;
    Amount amount;
  };
  for (const Row& row : {Row{92, 8, "0.08 < 0.1 ratio, -2, sock_diag", Staleness::fresh, Amount::enough},
                         Row{90, 10, "0.1 >= 0.5 ratio, 0, sock_diag", Staleness::some, Amount::enough},
                         Row{1, 7, "0.875 >= 0.5 ratio, 0, sock_diag", Staleness::most, Amount::few},
                         Row{8, 8, "0.5 >= 0.5 ratio, +2, sock_diag", Staleness::some, Amount::enough},
                         Row{5, 20, "0.8 >= 0.8 ratio, +3, sock_diag", Staleness::most, Amount::many},
                         Row{4, 16, "0.8 >= 0.5 ratio, +2, sock_diag", Staleness::most, Amount::enough},
                         Row{20, 20, "0.5 >= 0.5 ratio, +2, sock_diag", Staleness::some, Amount::many},
                         Row{19, 0, "0 >= 0.5 ratio, 0, sock_diag", Staleness::fresh, Amount::few},
                         Row{20, 0, "0 < 0.1 ratio, -2, sock_diag", Staleness::fresh, Amount::few}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Asked asked;
    ask_stale(asked, row.fresh, row.aged);
    CHECK(asked.told("stale_half_opens") == row.share);
    CHECK(asked.told("aged_half_opens") == std::to_string(static_cast<int>(row.aged)) + " >= 8 sockets, 0, sock_diag");
    CHECK(asked.signals.staleness == row.staleness);
    CHECK(asked.signals.amount_aged == row.amount);
    CHECK(asked.signals.counted == row.fresh + row.aged);
    CHECK(asked.signals.aged == row.aged);
  }
  Asked none;
  ask_stale(none, 0, 0);
  CHECK(none.signals.evidence.empty());
  Asked ageless;
  ageless.input.facts.settings.synack_retries = 0;
  ask_stale(ageless, 8, 8);
  CHECK(ageless.signals.evidence.empty());
  CHECK(ageless.signals.amount_aged == Amount::enough);
  CHECK(ageless.signals.staleness == Staleness::unknown);
}

TEST_CASE("a full queue of fresh requests is as old as it was in the earlier sample") {
  struct Row {
    std::string_view name;
    std::uint64_t fresh;  ///< before
    std::uint64_t aged;
    Answer saturated;
    std::string_view share;
  };
  for (const Row& row : {Row{"old", 8, 8, Answer::yes, "0.5 >= 0.5 ratio, +2, sock_diag, earlier sample"},
                         Row{"few of them", 7, 7, Answer::yes, "0 < 0.1 ratio, -2, sock_diag"},
                         Row{"not so old", 9, 8, Answer::yes, "0 < 0.1 ratio, -2, sock_diag"},
                         Row{"not full", 8, 8, Answer::no, "0 < 0.1 ratio, -2, sock_diag"}}) {
    CAPTURE(row.name);
    Asked asked;
    asked.signals.saturated = row.saturated;
    SynListener before;
    before.by_rounds[0] = row.fresh;
    before.by_rounds[2] = row.aged;
    before.half_open = row.fresh + row.aged + 3;
    before.deferred = 3;
    ask_stale(asked, 100, 0, &before);
    CHECK(asked.told("stale_half_opens") == row.share);
  }
}

}  // namespace
}  // namespace tcpstat::detect
