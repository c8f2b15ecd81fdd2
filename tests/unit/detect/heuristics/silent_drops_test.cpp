#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

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
  CHECK(counted(slower, "silent_drops", fresh)->weight == 2);
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

}  // namespace
}  // namespace tcpstat::detect
