#include "model/recorded_names.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("names are those of the file, and nobody else is asked") {
  RecordedNames names;
  names.record_user(1000, "bob");
  CHECK(names.user(1000) == "bob");
  CHECK(names.user(0).empty());
  CHECK(names.interface(3) == "3");
  CHECK(names.cgroup(1).empty());
}

TEST_CASE("users are forgotten with their sample") {
  RecordedNames names;
  names.record_user(1002, "eve");
  const auto users = names.take_users();
  CHECK(names.user(1002) == "");
  names.set_users(users);
  CHECK(names.user(1002) == "eve");
}

TEST_CASE("a name that came without a number gets one, and the same one again") {
  RecordedNames names;
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
}  // namespace tcpstat
