#include "filter/prefix_set.h"

#include <doctest/doctest.h>

#include <ostream>

#include "filter/expression.h"
#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

TEST_CASE("nested and repeated prefixes are one") {
  const PrefixSet set({test::prefix("10.0.0.0", 8), test::prefix("10.1.0.0", 16), test::prefix("10.0.0.0", 8),
                       test::prefix("192.0.2.7", 32), test::prefix("2001:db8::", 32),
                       test::prefix("2001:db8:1::", 48)});
  CHECK(set.size() == 3);
  for (const char* in : {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8:1::5"}) {
    CHECK(set.contains(test::address(in)));
  }
  for (const char* out : {"9.255.255.255", "11.0.0.0", "192.0.2.6", "192.0.2.8", "2001:db9::", "::", "0.0.0.0"}) {
    CHECK_FALSE(set.contains(test::address(out)));
  }
  CHECK(PrefixSet({test::prefix("0.0.0.0", 0)}).contains(test::address("255.255.255.255")));
  CHECK_FALSE(PrefixSet({}).contains(test::address("0.0.0.0")));
}

TEST_CASE("a set says what its prefixes say one by one") {
  class NoNames final : public Names {
    std::string_view user(std::uint32_t /*uid*/) override { return {}; }
    std::string_view interface(std::uint32_t /*index*/) override { return {}; }
    std::string_view cgroup(std::uint64_t /*id*/) override { return {}; }
  };
  CHECK(rc::check("whatever they are", [] {
    std::vector<Prefix> prefixes;
    for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
      const Address of = test::some_address();
      prefixes.push_back(prefix_of(of, static_cast<std::uint8_t>(*rc::gen::inRange(0, address_bits(of.family) + 1))));
    }
    std::vector<Expression> any;
    for (const Prefix& prefix : prefixes) any.emplace_back(Test(AddressTest{Side::local, prefix}));
    const Connection row = test::some_connection();
    NoNames names;
    const bool one_by_one = evaluate(Expression::any_of(std::move(any)), row, names) == Truth::yes;
    RC_ASSERT(PrefixSet(prefixes).contains(row.local.address) == one_by_one);
  }));
}

}  // namespace
}  // namespace tcpstat::filter
