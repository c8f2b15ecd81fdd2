#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

#include "detect/measurements.h"
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

TEST_CASE("the smallest place that sends most is where a flood comes from") {
  struct Row {
    double source;
    double prefix;
    double wide;
    double unique;
    std::string_view attack_class;
    std::string_view place;
  };
  for (const Row& row : {
           Row{0.5, 0.9, 1, 0.5, "flood: single source", "a host"},
           Row{0.49, 0.5, 1, 0.5, "flood: subnet", "a /24"},
           Row{0.1, 0.49, 0.9, 0.5, "flood: subnet", "a /16"},
           Row{0.1, 0.49, 0.89, 0.9, "flood: mixed", ""},
           Row{0.1, 0.2, 0.3, 1, "flood: mixed", ""},
           Row{0.1, 0.19, 0.3, 0.5, "flood: random sources", ""},
           Row{0.1, 0.19, 0.3, 0.49, "flood: mixed", ""},
       }) {
    CAPTURE(row.source);
    CAPTURE(row.prefix);
    CAPTURE(row.wide);
    CAPTURE(row.unique);
    SourceStatistics sources;
    sources.unique = row.unique;
    sources.top_source = {row.source, "a host"};
    sources.top_prefix = {row.prefix, "a /24"};
    sources.top_wide_prefix = {row.wide, "a /16"};
    const Origin origin = source_spread::origin_of(sources, {});
    CHECK(name(origin.attack_class) == row.attack_class);
    CHECK(origin.place == row.place);
  }
}

}  // namespace
}  // namespace tcpstat::detect
