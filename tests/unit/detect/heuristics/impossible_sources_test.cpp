#include <doctest/doctest.h>

#include <initializer_list>
#include <ostream>
#include <vector>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::weighed;

TEST_CASE("loopback sources are impossible only for a listener on another address") {
  Scene scene;
  scene.flood(10, 10);
  for (Connection& row : scene.rows) row.remote.address = test::address("127.0.0.9");
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.local = test::endpoint("192.0.2.1", 443);
  CHECK(weighed(scene, "impossible_sources")->weight == 2);
}

TEST_CASE("one impossible source may be an accident") {
  Scene scene;
  scene.flood(2, 10);
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.rows[5].remote.address = test::address("245.0.0.1");
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  scene.rows[6].remote.address = test::address("0.0.0.1");
  CHECK(weighed(scene, "impossible_sources")->weight == 2);
}

TEST_CASE("addresses that no host can have are told as a share of the aged") {
  const auto told = [](std::initializer_list<const char*> sources, const char* local = "192.0.2.1") {
    Asked asked;
    asked.signals.amount_aged = Amount::enough;
    SynListener listener;
    listener.local = test::endpoint(local, 443);
    std::vector<HalfOpen> requests;
    for (const char* source : sources) {
      HalfOpen& entry = requests.emplace_back();
      entry.retransmits = 1;
      entry.source = test::address(source);
    }
    asked.ask_about(impossible_sources::heuristic, listener, requests);
    return asked.told("impossible_sources");
  };
  constexpr std::string_view kBoth = "1 >= 0.02 ratio, +2, sock_diag";
  constexpr std::string_view kNone = "0 >= 0.02 ratio, 0, sock_diag";
  CHECK(told({"240.0.0.1", "255.1.2.3"}) == kBoth);
  CHECK(told({"239.255.0.1", "224.0.0.1"}) == kNone);
  CHECK(told({"0.0.0.1", "0.255.0.1"}) == kBoth);
  CHECK(told({"1.0.0.1", "126.0.0.1"}) == kNone);
  CHECK(told({"127.0.0.1", "127.9.0.1"}) == kBoth);
  CHECK(told({"128.0.0.1", "10.0.0.1"}) == kNone);
  CHECK(told({"127.0.0.1", "127.9.0.1"}, "127.0.0.1") == kNone);
  CHECK(told({"127.0.0.1", "127.9.0.1"}, "0.0.0.0") == kNone);
  CHECK(told({"127.0.0.1", "127.9.0.1"}, "::") == kNone);
  CHECK(told({"127.0.0.1", "127.9.0.1"}, "2001:db8::1") == kBoth);
  CHECK(told({"f000::1", "::"}) == kNone);
  CHECK(told({"240.0.0.1"}) == "1 >= 0.02 ratio, 0, sock_diag");
  CHECK(told({"240.0.0.1", "240.0.0.2", "192.0.2.3", "192.0.2.4"}) == "0.5 >= 0.02 ratio, +2, sock_diag");
  CHECK(told({}) == "nothing");
}

}  // namespace
}  // namespace tcpstat::detect
