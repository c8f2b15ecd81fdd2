#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("sources: spread, concentration, entropy") {
  Scene random;
  random.flood(10, 10);
  CHECK(weighed(random, "unique_sources")->weight == 0.5);
  CHECK(weighed(random, "source_entropy")->value.value() == doctest::Approx(1));
  CHECK(weighed(random, "top_prefix")->weight == 0);
  Scene single;
  single.flood(10, 10, Sources::single);
  CHECK(weighed(single, "unique_sources")->weight == 0);
  CHECK(weighed(single, "source_entropy")->value.value() == doctest::Approx(0));
  CHECK(weighed(single, "top_source")->value == 1.0);
  CHECK(weighed(single, "top_prefix")->weight == 1);
  Scene subnet;
  subnet.flood(10, 10, Sources::subnet);
  CHECK(weighed(subnet, "top_source")->value.value() < 0.5);
  CHECK(weighed(subnet, "top_prefix")->value == 1.0);
}

}  // namespace
}  // namespace tcpstat::detect
