#include "survey/top_remotes.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

void add(TopRemotes& top, std::string_view address, int times = 1) {
  for (int i = 0; i < times; ++i) {
    top.add(test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint(address, 1)));
  }
}

TEST_CASE("most first, with their networks") {
  TopRemotes top;
  add(top, "198.51.100.7", 2);
  add(top, "198.51.100.200", 3);
  add(top, "198.51.101.7", 1);
  add(top, "2001:db8::1", 4);
  add(top, "2001:db8::ffff:1", 2);
  const auto addresses = top.addresses();
  REQUIRE(addresses.size() == 5);
  CHECK(addresses[0].key == "2001:db8::1");
  CHECK(addresses[0].count == 4);
  CHECK(addresses[1].key == "198.51.100.200");
  const auto prefixes = top.prefixes();
  REQUIRE(prefixes.size() == 3);
  CHECK(prefixes[0].key == "2001:db8::/64");
  CHECK(prefixes[0].count == 6);
  CHECK(prefixes[1].key == "198.51.100.0/24");
  CHECK(prefixes[1].count == 5);
  CHECK(prefixes[2].key == "198.51.101.0/24");
}

TEST_CASE("IPv4 inside IPv6 is the address that it is, and what only looks like it is not") {
  TopRemotes top;
  add(top, "203.0.113.5");
  add(top, "::ffff:203.0.113.5");
  add(top, "::cb00:7105");          // IPv4-compatible, which is none
  add(top, "1::ffff:203.0.113.5");  // not mapped
  const auto addresses = top.addresses();
  REQUIRE(addresses.size() == 3);
  CHECK(addresses[0].key == "203.0.113.5");
  CHECK(addresses[0].count == 2);
  const auto prefixes = top.prefixes();
  REQUIRE(prefixes.size() == 3);
  CHECK(prefixes[0].key == "203.0.113.0/24");
  CHECK(prefixes[0].count == 2);
}

TEST_CASE("no more are shown than there is room for") {
  TopRemotes top;
  for (int i = 0; i < 30; ++i) add(top, "198.51." + std::to_string(i) + ".1", 30 - i);
  CHECK(top.addresses().size() == TopRemotes::kShown);
  CHECK(top.prefixes().size() == TopRemotes::kShown);
  CHECK(top.addresses().back().key == "198.51.9.1");
}

TEST_CASE("the network of an address") {
  CHECK(to_string(remote_prefix(test::endpoint("198.51.100.7", 1).address)) == "198.51.100.0/24");
  CHECK(to_string(remote_prefix(test::endpoint("::ffff:198.51.100.7", 1).address)) == "198.51.100.0/24");
  CHECK(to_string(remote_prefix(test::endpoint("2001:db8:1:2:3::4", 1).address)) == "2001:db8:1:2::/64");
}

}  // namespace
}  // namespace tcpstat::survey
