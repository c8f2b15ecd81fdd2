#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "detect/asked.h"
#include "detect/sample/tracked_sample.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::counted;

TEST_CASE("embryonic resets: weights at their limits") {
  using Facts = KernelFacts;
  const auto embryonic = [](std::uint64_t rsts, std::uint64_t opens) {
    return [=](Facts& f) {
      f.counters.embryonic_rsts = rsts;
      f.counters.passive_opens = opens;
    };
  };
  CHECK(counted(embryonic(49, 0), "embryonic_resets")->weight == 0);
  // A few hosts that check a listener's health once a second reset as many.
  CHECK(counted(embryonic(50, 0), "embryonic_resets")->weight == 0);
  CHECK(counted(embryonic(124, 0), "embryonic_resets")->weight == 0);
  CHECK(counted(embryonic(125, 0), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 0), "embryonic_resets")->weight == 5);
  CHECK(counted(embryonic(250, 500), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 250), "embryonic_resets")->weight == 4);
  CHECK(counted(embryonic(199, 100), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(200, 100), "embryonic_resets")->weight == 4);
}

TEST_CASE("resets are held against the limit that they reach") {
  struct Row {
    std::uint64_t resets;  ///< a second
    double completions;
    std::string_view told;
  };
  for (const Row& row :
       {Row{9, 0, "9 >= 10 /s, 0, /proc/net/netstat"}, Row{39, 0, "39 >= 10 /s, +3, /proc/net/netstat"},
        Row{40, 0, "40 >= 40 /s, +4, /proc/net/netstat"}, Row{50, 0, "50 >= 50 /s, +5, /proc/net/netstat"},
        Row{59, 200, "59 >= 60 /s, 0, /proc/net/netstat"}, Row{60, 200, "60 >= 60 /s, +3, /proc/net/netstat"},
        Row{200, 200, "200 >= 200 /s, +4, /proc/net/netstat"}, Row{599, 200, "599 >= 200 /s, +4, /proc/net/netstat"},
        Row{600, 200, "600 >= 600 /s, +5, /proc/net/netstat"}}) {
    CAPTURE(row.resets);
    Asked asked;
    asked.input.facts.counters.embryonic_rsts = 5 * row.resets;
    asked.signals.completions_per_s = row.completions;
    asked.ask_host(embryonic_resets::heuristic);
    CHECK(asked.told("embryonic_resets") == row.told);
    CHECK(asked.signals.embryonic_per_s == static_cast<double>(row.resets));
    CHECK(asked.signals.counters_accuse == (asked.signals.score > 0));
    CHECK(asked.signals.sources_reset ==
          answer(static_cast<double>(row.resets) >= std::max(10.0, 0.3 * row.completions)));
  }
}

/// So many listeners, each of which lost so many packets between the samples: `drops` tells by its number.
template <typename Drops>
void lose(Asked& asked, std::size_t listeners, Drops drops) {
  for (std::size_t i = 0; i < listeners; ++i) {
    SynListener one;
    one.local = test::endpoint("0.0.0.0", static_cast<std::uint16_t>(80 + i));
    one.sockets = 1;
    one.identity = i + 1;
    one.drops = 0;
    asked.first.listeners.push_back(one);
    one.drops = drops(i);
    asked.second.listeners.push_back(one);
  }
}

TEST_CASE("a few at each of many listeners are health checks, and their most is what counts") {
  const auto weight = [](std::uint64_t resets, std::uint32_t at_one, std::size_t listeners) {
    Asked asked;
    lose(asked, listeners, [&](std::size_t i) { return i == 0 ? 5 * at_one : 5U; });
    asked.input.facts.counters.embryonic_rsts = 5 * resets;
    asked.ask_host(embryonic_resets::heuristic);
    CHECK(asked.signals.resets_are_spread == answer(asked.signals.score == 0));
    return asked.signals.score;
  };
  CHECK(weight(60, 24, 3) == 0);
  CHECK(weight(60, 25, 3) == 5);
  CHECK(weight(99, 24, 3) == 0);
  CHECK(weight(100, 24, 3) == 5);
  // Two hundred listeners have one a second each, or two.
  CHECK(weight(200, 1, 200) == 0);
  CHECK(weight(400, 2, 200) == 5);
  // One listener has them all.
  CHECK(weight(60, 24, 1) == 5);
  // No more than there were.
  CHECK(weight(24, 90, 3) == 0);
}

TEST_CASE("who comes again and again, and rarely to each listener, checks health") {
  const auto spread = [](std::uint64_t resets, std::size_t known, std::size_t hosts, std::size_t listeners) {
    Asked asked;
    lose(asked, listeners, [&](std::size_t) { return 5 * resets / listeners; });
    TrackedSample tracked;
    tracked.tracking = Tracking::read;
    for (std::size_t i = 0; i < known; ++i) {
      tracked.reset_sources.push_back(test::endpoint("203.0.113." + std::to_string(i % hosts), 0).address);
    }
    asked.input.tracked = &tracked;
    asked.input.facts.counters.embryonic_rsts = 5 * resets;
    asked.ask_host(embryonic_resets::heuristic);
    return asked.signals.resets_are_spread == Answer::yes;
  };
  CHECK_FALSE(spread(30, 19, 10, 1));  // too few are known, and 30 at one listener are many
  CHECK_FALSE(spread(30, 20, 10, 1));  // each of ten comes three times a second
  CHECK(spread(19, 20, 10, 1));
  CHECK_FALSE(spread(20, 20, 10, 1));
  CHECK(spread(39, 20, 10, 2));
  CHECK_FALSE(spread(40, 20, 10, 2));
  CHECK_FALSE(spread(19, 20, 11, 1));  // most of them are different
}

TEST_CASE("connection tracking is asked for the sources of a hundred RSTs") {
  for (const std::uint64_t resets : {99U, 100U}) {
    KernelFacts now = test::zero_facts();
    now.counters.embryonic_rsts = resets;
    CHECK(embryonic_resets::resets_hide_sources(test::zero_facts(), now) == (resets == 100));
  }
}

}  // namespace
}  // namespace tcpstat::detect
