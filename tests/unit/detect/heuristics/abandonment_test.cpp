#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

struct Row {
  double never;  ///< SYNs a second that never complete
  double completions;
  double weight;
};

double weight_of(const Row& row, Completion completion = Completion::unknown) {
  Asked asked;
  asked.host.completions_per_s = row.completions;
  asked.signals.arrivals_per_s = row.never;
  asked.signals.completion = completion;
  asked.ask(abandonment::heuristic, nullptr, nullptr);
  REQUIRE(asked.said("abandoned") != nullptr);
  CHECK(asked.said("abandoned")->weight == asked.signals.score);
  return asked.signals.score;
}

TEST_CASE("the share of SYNs that never complete accuses, says nothing, or excuses") {
  for (const Row& row : {Row{50, 50, 1.5}, Row{100, 0, 1.5}, Row{49.9, 50.1, 0.5}, Row{15, 85, 0.5}, Row{14.9, 85.1, 0},
                         Row{5, 95, 0}, Row{4.9, 95.1, -1}, Row{0, 10, -1}}) {
    CAPTURE(row.never);
    CAPTURE(row.completions);
    CHECK(weight_of(row) == row.weight);
  }
}

TEST_CASE("many clients beside a small flood excuse nothing if nobody of those that waited completed") {
  for (const Completion completion : {Completion::unknown, Completion::some, Completion::clients}) {
    CHECK(weight_of({1, 99, 0}, completion) == -1);
  }
  CHECK(weight_of({1, 99, 0}, Completion::nobody) == 0);
  CHECK(weight_of({50, 50, 0}, Completion::nobody) == 1.5);
}

TEST_CASE("Little's law tells how long each handshake would take, and needs completions") {
  Asked asked;
  asked.host.completions_per_s = 20;
  asked.signals.half_open = 10;
  asked.ask(abandonment::heuristic, nullptr, nullptr);
  CHECK(asked.signals.handshake_s == 0.5);
  REQUIRE(asked.said("implied_handshake") != nullptr);
  CHECK(asked.said("implied_handshake")->weight == 0);
  CHECK_MESSAGE(asked.said("abandoned") == nullptr, "how many SYNs never complete is not known");
  Asked idle;
  idle.host.completions_per_s = 0;
  idle.signals.half_open = 10;
  idle.signals.arrivals_per_s = 0;
  idle.ask(abandonment::heuristic, nullptr, nullptr);
  CHECK_FALSE(idle.signals.handshake_s.has_value());
  CHECK(idle.signals.evidence.empty());
}

TEST_CASE("without the host's completions there is no share") {
  Asked asked;
  asked.signals.arrivals_per_s = 100;
  asked.ask(abandonment::heuristic, nullptr, nullptr);
  CHECK(asked.signals.evidence.empty());
  CHECK(asked.signals.score == 0);
}

TEST_CASE("what is abandoned is held against the limit that it reaches") {
  const auto told = [](double never, double completions) {
    Asked asked;
    asked.host.completions_per_s = completions;
    asked.signals.arrivals_per_s = never;
    asked.signals.half_open = 50;
    asked.ask(abandonment::heuristic, nullptr, nullptr);
    return asked.told("abandoned") + "; " + asked.told("implied_handshake");
  };
  CHECK(told(50, 50) == "0.5 >= 0.5 ratio, +1.5, sock_diag, /proc/net/snmp; 1 s, 0, sock_diag, /proc/net/snmp");
  CHECK(told(20, 80) == "0.2 >= 0.15 ratio, +0.5, sock_diag, /proc/net/snmp; 0.625 s, 0, sock_diag, /proc/net/snmp");
  CHECK(told(10, 90).starts_with("0.1 >= 0.15 ratio, 0, sock_diag, /proc/net/snmp; "));
  CHECK(told(4, 96).starts_with("0.04 < 0.05 ratio, -1, sock_diag, /proc/net/snmp; "));
  CHECK(told(7, 0) == "1 >= 0.5 ratio, +1.5, sock_diag, /proc/net/snmp; nothing");
}

}  // namespace
}  // namespace tcpstat::detect
