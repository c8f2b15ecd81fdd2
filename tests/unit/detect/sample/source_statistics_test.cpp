#include "detect/sample/source_statistics.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string_view>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

SourceStatistics statistics(const std::vector<std::string_view>& sources) {
  std::vector<Address> addresses;
  for (const std::string_view source : sources) addresses.push_back(test::address(source));
  return source_statistics(addresses);
}

TEST_CASE("one source has no entropy and all shares") {
  const SourceStatistics one = statistics({"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"});
  CHECK(one.unique == 0.25);
  CHECK(one.entropy == 0);
  CHECK(one.top_source.share == 1);
  CHECK(one.top_source.text == "192.0.2.1");
  CHECK(one.top_source.network == prefix_of(test::address("192.0.2.1"), 32));
  CHECK(one.top_prefix.network == prefix_of(test::address("192.0.2.1"), 24));
  CHECK(one.top_prefix.text == "192.0.2.0/24");
  CHECK(one.top_wide_prefix.text == "192.0.0.0/16");
  CHECK(statistics({"192.0.2.1"}).entropy == 0);
}

TEST_CASE("sources are ranked by address, by network and by wide network") {
  const SourceStatistics mixed = statistics({"192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.9.1", "198.51.100.1"});
  CHECK(mixed.unique == doctest::Approx(0.8));
  CHECK(mixed.top_source.share == doctest::Approx(0.4));
  CHECK(mixed.top_source.text == "192.0.2.2");
  CHECK(mixed.top_prefix.share == doctest::Approx(0.6));
  CHECK(mixed.top_wide_prefix.share == doctest::Approx(0.8));
  CHECK(statistics({"192.0.2.1", "198.51.100.1"}).entropy == doctest::Approx(1));
}

TEST_CASE("an IPv6 host owns a /64, and IPv4 inside IPv6 is IPv4") {
  const SourceStatistics six = statistics({"2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"});
  CHECK(six.top_prefix.share == doctest::Approx(2 / 3.0));
  CHECK(six.top_prefix.text == "2001:db8:1:1::/64");
  CHECK(six.top_prefix.network == prefix_of(test::address("2001:db8:1:1::"), 64));
  CHECK(six.top_wide_prefix.share == 1);
  CHECK(six.top_wide_prefix.text == "2001:db8:1::/48");
  const SourceStatistics mapped = statistics({"::ffff:192.0.2.1", "192.0.2.1"});
  CHECK(mapped.unique == 0.5);
  // 102:: and 1.2.0.0 begin with the same bits.
  CHECK(statistics({"102::1", "1.2.0.1"}).top_wide_prefix.share == 0.5);
}

}  // namespace
}  // namespace tcpstat::detect
