#include <doctest/doctest.h>

#include <optional>
#include <ostream>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::counted;

TEST_CASE("silent drops: overflows are none, fresh queues weigh half, repeating clients nothing") {
  const auto drops = [](KernelFacts& f) {
    f.counters.listen_drops = 2775;
    f.counters.listen_overflows = 0;
    f.counters.passive_opens = 71;
  };
  Scene stale;
  stale.flood(20, 5);
  CHECK(counted(drops, "silent_drops", stale)->weight == 4);
  Scene fresh;
  fresh.fresh(100);
  CHECK(counted(drops, "silent_drops", fresh)->weight == 2);
  // A queue of 100 that 200 clients a second empty twice a second is too short for them.
  const auto crowd = [&](KernelFacts& f) {
    drops(f);
    f.counters.passive_opens = 1000;
  };
  CHECK(counted(crowd, "silent_drops", fresh)->weight == 0);
  CHECK(counted(crowd, "silent_drops", stale)->weight == 2);
  const auto slower = [&](KernelFacts& f) {
    drops(f);
    f.counters.passive_opens = 999;
  };
  CHECK(counted(slower, "silent_drops", stale)->weight == 4);
  const auto overflows = [&](KernelFacts& f) {
    drops(f);
    f.counters.listen_overflows = 2775;
  };
  CHECK(counted(overflows, "silent_drops", stale)->weight == 0);
  const auto alive = [&](KernelFacts& f) {
    drops(f);
    f.counters.syn_retrans = 330;
    f.counters.tcp_timeouts = 100;
  };
  CHECK(counted(alive, "silent_drops", stale)->weight == 0);
}

TEST_CASE("silent drops: SYNs whose answers have no route are none") {
  const auto unrouted = [](KernelFacts& f) {
    f.counters.listen_drops = 300;
    f.counters.listen_overflows = 0;
    f.counters.out_no_routes = 270;
    f.counters.passive_opens = 0;
  };
  Scene empty;
  CHECK(counted(unrouted, "silent_drops", empty)->value == doctest::Approx(30 / 5.0));
  const auto others = [&](KernelFacts& f) {
    unrouted(f);
    f.counters.out_no_routes = 1000;  // of programs here as well
  };
  CHECK(counted(others, "silent_drops", empty)->value == 0);
  CHECK(counted(others, "silent_drops", empty)->weight == 0);
}

TEST_CASE("drops are those for a full queue, or all without overflows, whichever are more") {
  struct Row {
    std::string_view name;
    std::optional<std::uint64_t> full;  ///< in five seconds
    std::optional<std::uint64_t> drops;
    std::optional<std::uint64_t> overflows;
    double completions;
    std::string_view told;
    Answer dropped;
  };
  for (const Row& row : {Row{"a few", 4, 0, 0, 0, "0.8 >= 1 /s, 0, /proc/net/netstat", Answer::no},
                         Row{"enough", 5, 0, 0, 0, "1 >= 1 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"of full queues alone", 10, {}, {}, 0, "2 >= 1 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"without overflows", {}, 30, 10, 0, "4 >= 1 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"more of all", 5, 30, 10, 0, "4 >= 1 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"more of full queues", 50, 30, 10, 0, "10 >= 1 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"more overflows", 0, 10, 30, 0, "0 >= 1 /s, 0, /proc/net/netstat", Answer::no},
                         Row{"fewer than a tenth", 45, 0, 0, 100, "9 >= 10 /s, 0, /proc/net/netstat", Answer::no},
                         Row{"a tenth", 50, 0, 0, 100, "10 >= 10 /s, +2, /proc/net/netstat", Answer::yes},
                         Row{"no drops known", {}, {}, 10, 0, "nothing", Answer::unknown},
                         Row{"no overflows known", {}, 10, {}, 0, "nothing", Answer::unknown}}) {
    CAPTURE(row.name);
    Asked asked;
    asked.input.facts.counters.req_q_full_drop = row.full;
    asked.input.facts.counters.listen_drops = row.drops;
    asked.input.facts.counters.listen_overflows = row.overflows;
    asked.signals.completions_per_s = row.completions;
    asked.ask_host(silent_drops::heuristic);
    CHECK(asked.told("silent_drops") == row.told);
    CHECK(asked.signals.syns_dropped == row.dropped);
    CHECK(asked.signals.counters_accuse == (row.dropped == Answer::yes));
  }
}

TEST_CASE(
    "a queue that clients empty all the time is too short for them: in half a second, or in three while it is fresh") {
  enum class Requests : std::uint8_t { fresh, stale };
  const auto turned = [](std::uint64_t now, std::uint64_t before, double completions, Requests are) {
    Asked asked;
    asked.first.listeners.resize(1);
    asked.second.listeners.resize(1);
    asked.first.listeners[0].half_open = before;
    asked.second.listeners[0].half_open = now;
    // Three of ten, in the sample that has more.
    SynListener& more = now >= before ? asked.second.listeners[0] : asked.first.listeners[0];
    if (are == Requests::stale) more.by_rounds[1] = (std::max(now, before) * 3 + 9) / 10;
    asked.input.facts.counters.req_q_full_drop = 5000;
    asked.signals.completions_per_s = completions;
    asked.ask_host(silent_drops::heuristic);
    CHECK(asked.signals.counters_accuse == (asked.signals.queue_turns_over == Answer::no));
    const double weight = are == Requests::stale ? 4 : 2;
    CHECK(asked.signals.score == (asked.signals.queue_turns_over == Answer::yes ? weight - 2 : weight));
    return asked.signals.queue_turns_over == Answer::yes;
  };
  CHECK(turned(100, 0, 200, Requests::stale));
  CHECK_FALSE(turned(101, 0, 200, Requests::stale));
  CHECK(turned(0, 100, 200, Requests::stale));
  CHECK_FALSE(turned(0, 101, 200, Requests::stale));
  CHECK(turned(600, 0, 200, Requests::fresh));
  CHECK_FALSE(turned(601, 0, 200, Requests::fresh));
  CHECK_FALSE(turned(0, 0, 200, Requests::fresh));
}

}  // namespace
}  // namespace tcpstat::detect
