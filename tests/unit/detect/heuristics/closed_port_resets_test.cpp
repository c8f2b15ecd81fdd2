#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

struct Row {
  std::uint64_t resets;  ///< in five seconds
  double completions;    ///< a second
  double embryonic;
  Answer probed;
};

TEST_CASE("closed ports are probed where RSTs are many, more than programs and sources that are there explain") {
  for (const Row& row : {Row{250, 0, 0, Answer::yes}, Row{249, 0, 0, Answer::no}, Row{500, 50, 0, Answer::yes},
                         Row{499, 50, 0, Answer::no}, Row{250, 25, 0, Answer::yes}, Row{500, 0, 9.9, Answer::yes},
                         Row{500, 0, 10, Answer::no}, Row{0, 0, 0, Answer::no}}) {
    CAPTURE(row.resets);
    CAPTURE(row.completions);
    CAPTURE(row.embryonic);
    Asked asked;
    asked.input.facts.counters.out_rsts = row.resets;
    asked.signals.completions_per_s = row.completions;
    asked.signals.embryonic_per_s = row.embryonic;
    asked.ask_host(closed_port_resets::heuristic);
    CHECK(asked.signals.closed_ports_probed == row.probed);
    CHECK(asked.signals.resets_per_s == static_cast<double>(row.resets) / 5);
    REQUIRE(asked.said("resets_sent") != nullptr);
    CHECK_MESSAGE(asked.signals.score == 0, "RSTs say nothing about floods");
  }
}

TEST_CASE("RSTs of a listener that aborts on overflow are its own") {
  for (const bool aborts : {false, true}) {
    for (const double overflows : {9.0, 11.0}) {
      CAPTURE(aborts);
      CAPTURE(overflows);
      Asked asked;
      asked.input.facts.counters.out_rsts = 300;
      asked.input.facts.settings.abort_on_overflow = aborts ? 1 : 0;
      asked.signals.overflows_per_s = overflows;
      asked.ask_host(closed_port_resets::heuristic);
      CHECK(asked.signals.closed_ports_probed == answer(!aborts || overflows < 10));
    }
  }
}

TEST_CASE("what is not known, or known once, is no answer") {
  Asked alone;
  alone.input.facts.counters.out_rsts = 9000;
  alone.alone();
  alone.ask_host(closed_port_resets::heuristic);
  CHECK(alone.signals.closed_ports_probed == Answer::unknown);
  CHECK(alone.signals.evidence.empty());
  Asked unknown;
  unknown.input.facts.counters.out_rsts.reset();
  unknown.ask_host(closed_port_resets::heuristic);
  CHECK(unknown.signals.closed_ports_probed == Answer::unknown);
  CHECK_FALSE(unknown.signals.resets_per_s.has_value());
}

TEST_CASE("RSTs are told by the second, against nothing") {
  Asked asked;
  asked.input.facts.counters.out_rsts = 300;
  asked.ask_host(closed_port_resets::heuristic);
  CHECK(asked.told("resets_sent") == "60 /s, 0, /proc/net/snmp");
}

}  // namespace
}  // namespace tcpstat::detect
