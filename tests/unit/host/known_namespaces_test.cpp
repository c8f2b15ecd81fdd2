#include "parsers/host/known_namespaces.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "parsers/host/network_namespace.h"

namespace tcpstat::host {
namespace {

TEST_CASE("links name the inode of a network namespace") {
  CHECK(inode_in_link("net:[4026531840]") == 4026531840U);
  for (const auto* text : {"", "net:[", "net:[]", "net:[12", "net:[12x]", "mnt:[4026531840]", "net:[-1]"}) {
    CAPTURE(text);
    CHECK(inode_in_link(text) == 0);
  }
}

TEST_CASE("bind mounts of namespaces stand in mountinfo") {
  const auto mount = namespace_mount(R"(553 22 0:4 net:[4026532255] /run/netns/a\040b rw shared:5 - nsfs nsfs rw)");
  CHECK(mount.inode == 4026532255U);
  CHECK(mount.path == "/run/netns/a b");
  CHECK(namespace_mount("22 1 8:1 / /mnt/net:[1] rw - ext4 /dev/sda1 rw").inode == 0);
  CHECK(namespace_mount("552 22 0:4 mnt:[4026532254] /run/x rw - nsfs nsfs rw").inode == 0);
  CHECK(namespace_mount("").inode == 0);
  CHECK(namespace_mount(R"(1 2 0:4 net:[7] /a\04 rw)").path == R"(/a\04)");
}

TEST_CASE("our own namespace comes first, and each once") {
  const NamespaceList list = list_namespaces();
  REQUIRE(!list.namespaces.empty());
  CHECK(list.namespaces.front().inode == namespace_inode("/proc/self/ns/net"));
  std::set<std::uint64_t> inodes;
  for (const KnownNamespace& known : list.namespaces) {
    CHECK(inodes.insert(known.inode).second);
    CHECK_FALSE(known.label.empty());
    CHECK_FALSE(known.words.empty());
  }
}

}  // namespace
}  // namespace tcpstat::host
