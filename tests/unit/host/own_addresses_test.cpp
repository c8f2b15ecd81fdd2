#include "parsers/host/own_addresses.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::host {
namespace {

TEST_CASE("addresses of devices come in order, each once") {
  const auto all = own_addresses();
  REQUIRE(all);
  CHECK(std::is_sorted(all->begin(), all->end()));
  CHECK(std::adjacent_find(all->begin(), all->end()) == all->end());
  CHECK_FALSE(std::binary_search(all->begin(), all->end(), test::address("203.0.113.77")));
}

}  // namespace
}  // namespace tcpstat::host
