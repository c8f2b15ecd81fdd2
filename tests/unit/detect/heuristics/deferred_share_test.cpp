#include <doctest/doctest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "detect/asked.h"
#include "detect/measurements.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;
using test::Sources;

using test::measured;

TEST_CASE("requests that wait for data are a class once they are many enough") {
  struct Row {
    int deferred;
    int others;
    Answer deferring;
    Amount amount;
  };
  for (const Row& row : {Row{0, 20, Answer::no, Amount::few}, Row{5, 20, Answer::no, Amount::few},
                         Row{7, 10, Answer::yes, Amount::few}, Row{8, 10, Answer::yes, Amount::enough}}) {
    CAPTURE(row.deferred);
    Scene scene;
    for (int i = 0; i < row.deferred; ++i) scene.request(1.5, Sources::random, 0, 1);
    for (int i = 0; i < row.others; ++i) scene.request(1.5);
    CHECK(measured(scene).deferring == row.deferring);
    CHECK(measured(scene).amount_deferred == row.amount);
  }
  CHECK(measured(Scene()).deferring == Answer::unknown);
}

TEST_CASE("the share of requests that wait for data is told, and weighs nothing") {
  const auto ask = [](std::size_t deferred, std::size_t all, double half_open) {
    Asked asked;
    asked.signals.half_open = half_open;
    std::vector<HalfOpen> requests(all);
    for (std::size_t i = 0; i < deferred; ++i) requests[i].retransmits = 0, requests[i].timeouts = 1;
    asked.ask_about(deferred_share::heuristic, {}, requests);
    return std::string(asked.told("deferred_half_opens")) +
           (asked.signals.deferring == Answer::yes ? " deferring" : "") +
           (asked.signals.amount_deferred == Amount::enough ? " enough" : "");
  };
  CHECK(ask(3, 10, 10) == "0.3 >= 0.3 ratio, 0, sock_diag deferring");
  CHECK(ask(2, 10, 10) == "0.2 >= 0.3 ratio, 0, sock_diag");
  // A sample stands for all.
  CHECK(ask(5, 10, 15) == "0.5 >= 0.3 ratio, 0, sock_diag deferring");
  CHECK(ask(5, 10, 16) == "0.5 >= 0.3 ratio, 0, sock_diag deferring enough");
  CHECK(ask(0, 0, 16) == "nothing");
}

TEST_CASE("over /proc the ACKs that were held back tell whether requests may wait for data") {
  struct Row {
    std::string_view name;
    std::optional<std::uint64_t> held_back;
    bool two_samples;
    Answer may_defer;
    std::string_view told;
  };
  // Twenty aged requests; four a second stay open, so that there are as many new ones between two samples.
  for (const Row& row : {
           Row{"none ever", 0, false, Answer::no, "0 >= 10 ACKs, 0, /proc/net/netstat"},
           Row{"too few", 9, false, Answer::no, "9 >= 10 ACKs, 0, /proc/net/netstat"},
           Row{"enough", 10, false, Answer::yes, "10 >= 10 ACKs, 0, /proc/net/netstat"},
           Row{"enough in this time", 10, true, Answer::yes, "10 >= 10 ACKs, 0, /proc/net/netstat"},
           Row{"too few in this time", 9, true, Answer::no, "9 >= 10 ACKs, 0, /proc/net/netstat"},
           Row{"not known", std::nullopt, false, Answer::unknown, "nothing"},
           Row{"not known for this time", std::nullopt, true, Answer::unknown, "nothing"},
       }) {
    CAPTURE(row.name);
    Asked asked;
    if (!row.two_samples) asked.alone();
    if (row.two_samples) asked.signals.arrivals_per_s = 4;
    asked.signals.aged = row.two_samples ? 1000 : 20;
    asked.input.facts.counters.defer_accept_drop = row.held_back;
    std::vector<HalfOpen> requests(20);
    for (HalfOpen& request : requests) request.timeouts = 2;
    asked.ask_about(deferred_share::heuristic, {}, requests);
    CHECK(asked.signals.may_defer == row.may_defer);
    CHECK(asked.told("acks_held_back") == row.told);
    // No row tells, and that is not none.
    CHECK(asked.told("deferred_half_opens") == "nothing");
    CHECK(asked.signals.deferring == Answer::unknown);
  }
}

TEST_CASE("where requests tell themselves, or none stays, counters are not asked") {
  Asked asked;
  asked.alone();
  asked.signals.aged = 20;
  asked.input.facts.counters.defer_accept_drop = 1000;
  std::vector<HalfOpen> requests(20);
  requests.back().retransmits = 1;
  asked.ask_about(deferred_share::heuristic, {}, requests);
  CHECK(asked.signals.may_defer == Answer::unknown);
  CHECK(asked.told("deferred_half_opens") == "0 >= 0.3 ratio, 0, sock_diag");

  Asked fresh;
  fresh.alone();
  fresh.input.facts.counters.defer_accept_drop = 1000;
  fresh.ask_about(deferred_share::heuristic, {}, std::vector<HalfOpen>(20));
  CHECK(fresh.signals.may_defer == Answer::unknown);
}

}  // namespace
}  // namespace tcpstat::detect
