#include "parsers/logs/recorded_names.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::logs {
namespace {

TEST_CASE("names of a file come before those of this host") {
  test::TableNames host;
  host.users = {{0, "root"}, {1000, "alice"}};
  host.interfaces = {{5, "eth0"}};
  host.cgroups = {{7, "/user.slice"}};
  RecordedNames names(host);
  names.record_user(1000, "bob");
  CHECK(names.user(1000) == "bob");
  CHECK(names.user(0) == "root");
  CHECK(names.user(1).empty());
  CHECK(names.interface(5) == "eth0");
  CHECK(names.cgroup(7) == "/user.slice");
}

TEST_CASE("a name that came without a number gets one, and the same one again") {
  test::TableNames host;
  RecordedNames names(host);
  const std::uint32_t eth = names.record_interface("eth1");
  const std::uint32_t lo = names.record_interface("lo");
  CHECK(eth != lo);
  CHECK(names.record_interface("eth1") == eth);
  CHECK(names.interface(eth) == "eth1");
  CHECK(names.interface(lo) == "lo");
  const std::uint64_t group = names.record_cgroup("/system.slice");
  CHECK(names.record_cgroup("/system.slice") == group);
  CHECK(names.cgroup(group) == "/system.slice");
  CHECK(names.cgroup(group + 1).empty());
}

}  // namespace
}  // namespace tcpstat::logs
