#include "parsers/host/namespace_names.h"

#include <doctest/doctest.h>
#include <net/if.h>

#include <ostream>

#include "parsers/host/known_namespaces.h"
#include "parsers/host/network_namespace.h"

namespace tcpstat::host {
namespace {

TEST_CASE("namespaces are called what was said, or found") {
  NamespaceNames names;
  const std::uint64_t own = namespace_inode("/proc/self/ns/net").value_or(0);
  CHECK(names.netns(own) == "");
  names.add(5, "web");
  names.add(6, "db");
  names.add(5, "blue");
  CHECK(names.netns(5) == "blue");
  CHECK(names.netns(6) == "db");
  CHECK(names.netns(7) == "");
  names.find_namespaces();
  CHECK(names.netns(own) == list_namespaces().namespaces.front().label);
  CHECK(names.netns(5) == "blue");
  NamespaceNames named;
  named.add(own, "mine");
  named.find_namespaces();
  CHECK(named.netns(own) == "mine");
  named.add(own, "again");
  named.find_namespaces();
  CHECK(named.netns(own) == "again");
}

TEST_CASE("devices are those of the namespace that the thread was in when they were asked for") {
  const unsigned loopback = ::if_nametoindex("lo");
  REQUIRE(loopback != 0);
  constexpr std::uint32_t kNone = 0x7FFF'0000;
  NamespaceNames names;
  CHECK(names.interface_of(0, loopback) == "lo");
  CHECK(names.interface_of(99, loopback) == "lo");
  CHECK(names.interface_of(0, kNone) == "");
  names.enter(5);
  CHECK(names.interface_of(5, loopback) == "lo");
  CHECK(names.interface_of(5, kNone) == "");
  CHECK(names.interface_of(6, loopback) == "");
  names.enter(6);
  CHECK(names.interface_of(5, loopback) == "lo");
  CHECK(names.interface_of(6, loopback) == "lo");
  CHECK(names.interface_of(7, loopback) == "");
}

}  // namespace
}  // namespace tcpstat::host
