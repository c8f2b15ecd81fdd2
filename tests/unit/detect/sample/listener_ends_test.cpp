#include "detect/sample/listener_ends.h"

#include <doctest/doctest.h>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

/// Looks at one port: 0 for nobody, else the cookie of who listens.
unsigned times_ended(std::initializer_list<std::uint64_t> looks) {
  ListenerEnds ends;
  for (const std::uint64_t cookie : looks) {
    test::Scene scene;
    scene.listen_cookie = cookie;
    if (cookie == 0) scene.local.port = 8443;
    ends.add(scene.sample());
  }
  for (const EndedListener& one : ends.all()) {
    if (one.end.local.port == 443) return one.times;
  }
  return 0;
}

}  // namespace

TEST_CASE("who restarts a service ends it once, and a program that crashes more often") {
  CHECK(times_ended({1, 1, 1}) == 0);
  CHECK(times_ended({0, 0, 1}) == 0);
  CHECK(times_ended({1, 1, 0, 0}) == 1);
  CHECK(times_ended({1, 0, 2}) == 1);
  CHECK(times_ended({1, 2, 2}) == 1);
  CHECK(times_ended({1, 2, 0}) == 2);
  CHECK(times_ended({1, 0, 2, 0}) == 2);
  // It came and ended while it was looked at.
  CHECK(times_ended({0, 1, 0}) == 2);
}

}  // namespace tcpstat::detect
