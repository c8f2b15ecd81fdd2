#include "parsers/names/reverse_dns.h"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::names {
namespace {

TEST_CASE("without questions, or without time, nobody is asked") {
  CHECK(resolve_hosts({}, std::chrono::hours(1)).empty());
  CHECK(resolve_hosts({test::address("127.0.0.1"), test::address("::1")}, std::chrono::milliseconds(0)).empty());
}

}  // namespace
}  // namespace tcpstat::names
