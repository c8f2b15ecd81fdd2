#include "parsers/host/network_namespace.h"

#include <doctest/doctest.h>

#include <ostream>

#include "model/netns.h"
#include "support/proc_root.h"

namespace tcpstat::host {
namespace {

TEST_CASE("namespaces that may not be looked into are told apart by the tables of their processes") {
  const test::ProcRoot root;
  root.file("1/net/tcp", "");
  root.file("2/net/tcp", "");
  root.file("3/status", "");
  const auto number = [&](std::uint32_t pid) {
    return namespace_number({root.path(std::to_string(pid) + "/ns/net"), pid});
  };
  CHECK(number(1) == (inode_of_table(root.path("1")) | kUnreadNetns));
  CHECK(number(1) != number(2));
  CHECK(number(3) == 0);
  CHECK(namespace_number({root.path("1/ns/net"), std::nullopt}) == 0);
  CHECK(namespace_number({"/proc/self/ns/net", std::nullopt}) == namespace_inode("/proc/self/ns/net"));
}

}  // namespace
}  // namespace tcpstat::host
