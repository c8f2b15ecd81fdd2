#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("client retries: netlink above /proc, of the aged") {
  struct Row {
    int repeated;
    int silent;
    double weight;
  };
  for (const Row& row : {Row{0, 20, 1}, Row{1, 20, 1}, Row{1, 19, 0}, Row{3, 17, 0}, Row{4, 16, -4}, Row{20, 0, -4}}) {
    CAPTURE(row.repeated);
    Scene scene;
    for (int i = 0; i < row.repeated; ++i) scene.request(1.5, Sources::random, 1);
    for (int i = 0; i < row.silent; ++i) scene.request(1.5);
    const auto found = weighed(scene, "client_retries");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
  Scene surviving;
  surviving.flood(10, 10, Sources::random, 2);
  CHECK(weighed(surviving, "client_retries")->weight == -2);  // nobody completes: retries may be replayed
}

TEST_CASE("without /proc, retries beyond tcp_synack_retries are proof, and fewer prove nothing") {
  Scene scene;
  scene.proc_rows.clear();
  for (int i = 0; i < 20; ++i) scene.request(1.5, Sources::random, i < 10 ? 7 : 0);
  scene.proc_rows.clear();
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.5);
  KernelFacts facts = test::zero_facts();
  facts.settings.synack_retries.reset();
  CHECK_FALSE(weighed(scene, "client_retries", facts).has_value());
}

TEST_CASE("deferred accepts do not count among the clients that could retry") {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.request(1.5, Sources::random, 1);
  for (int i = 0; i < 16; ++i) scene.request(1.5);
  for (int i = 0; i < 80; ++i) scene.request(1.5, Sources::random, 0, 1);
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.2);
  CHECK(weighed(scene, "client_retries")->weight == -4);
}

}  // namespace
}  // namespace tcpstat::detect
