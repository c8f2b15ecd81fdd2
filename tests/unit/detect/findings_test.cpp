#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::one_shot;

TEST_CASE("the first line says what happens and the last what to type") {
  Scene scene;
  scene.backlog = 128;
  scene.flood(18, 7);
  scene.fresh(3);
  const SynReport report = one_shot(scene);
  const Finding* flood = test::finding(report, "syn-flood");
  REQUIRE(flood != nullptr);
  CHECK(flood->severity == Severity::critical);
  CHECK(flood->message == "SYN flood on 0.0.0.0:443 from random sources, about 18 SYN/s, queue full (129, room for 129)");
  CHECK(flood->next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 443");
  CHECK(report.findings.front().rule == "syn-flood");
}

}  // namespace
}  // namespace tcpstat::detect
