#include "parsers/source/row_identity.h"

#include <doctest/doctest.h>

#include <functional>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::source {
namespace {

const Endpoint kLocal = test::endpoint("2001:db8::1", 443);
const Endpoint kRemote = test::endpoint("2001:db8::7", 40'000);

TEST_CASE("a cookie is one socket's within its network namespace, whatever else the row says") {
  const RowIdentity identity;
  Connection row = test::connection(State::established, kLocal, kRemote);
  row.cookie = 7;
  row.netns = 1;
  const std::uint64_t first = identity.of(row, row.remote);
  CHECK(identity.of(row, kLocal) == first);
  row.inode = 5;
  CHECK(identity.of(row, row.remote) == first);
  row.netns = 2;
  CHECK(identity.of(row, row.remote) != first);
  row.netns = 1;
  row.cookie = 8;
  CHECK(identity.of(row, row.remote) != first);
}

TEST_CASE("without a cookie rows that differ in any part are two") {
  const RowIdentity identity;
  Connection row = test::connection(State::established, kLocal, kRemote);
  row.cookie.reset();
  row.inode = 4711;
  const std::uint64_t first = identity.of(row, row.remote);
  CHECK(identity.of(row, row.remote) == first);
  CHECK(identity.of(row, row.remote, 1) != first);
  const std::function<void(Connection&)> changes[] = {
      [](Connection& of) { of.local.address = test::address("2001:db8::2"); },
      [](Connection& of) { of.local.address = test::address("2001:db9::1"); },
      [](Connection& of) { of.local.port = 444; },
      [](Connection& of) { of.remote.address = test::address("2001:db8::8"); },
      [](Connection& of) { of.remote.address = test::address("2001:db9::7"); },
      [](Connection& of) { of.remote.port = 40'001; },
      [](Connection& of) { of.family = Family::ipv4; },
      [](Connection& of) { of.inode = 4712; },
      [](Connection& of) { of.interface = 3; },
      [](Connection& of) { of.netns = 9; },
      [](Connection& of) { of.kernel_address = 0xffff8880; },
  };
  for (const auto& change : changes) {
    CAPTURE(&change - changes);
    Connection other = row;
    change(other);
    CHECK(identity.of(other, other.remote) != first);
  }
}

}  // namespace
}  // namespace tcpstat::source
