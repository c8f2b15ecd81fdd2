#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

TEST_CASE("a listener that is well is told of from eight half-opens on, the host always") {
  for (const std::size_t count : {0U, 7U, 8U}) {
    CAPTURE(count);
    Scene scene;
    scene.fresh(count);
    const SynReport report = test::one_shot(scene);
    const auto told = [&](std::string_view subject) {
      return std::count_if(report.verdicts.begin(), report.verdicts.end(),
                           [&](const SynVerdict& verdict) { return verdict.subject == subject; });
    };
    CHECK(told("0.0.0.0:443") == (count == 8 ? 1 : 0));
    CHECK(told("host") == 1);
  }
}

}  // namespace
}  // namespace tcpstat::detect
