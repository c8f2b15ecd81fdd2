#include "parsers/names/system_names.h"

#include <doctest/doctest.h>
#include <net/if.h>
#include <sys/stat.h>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "model/cgroup_place.h"
#include "support/proc_root.h"

namespace tcpstat::names {
namespace {

const std::string kContainerId(64, 'c');
constexpr std::uint32_t kNobody = 4'294'967'294;

TEST_CASE("users are those of this host, each time they are asked for") {
  SystemNames names;
  CHECK(names.user(0) == "root");
  CHECK(names.user(kNobody) == "");
  CHECK(names.user(kNobody) == "");
  CHECK(names.user(0) == "root");
  CHECK(names.user(0) == "root");
  CHECK(SystemNames::has_user("root"));
  CHECK_FALSE(SystemNames::has_user("no-such-user"));
  names.forget();
  CHECK(names.user(0) == "root");
}

TEST_CASE("devices are those of our namespace") {
  SystemNames names;
  const unsigned loopback = ::if_nametoindex("lo");
  REQUIRE(loopback != 0);
  for (int look = 0; look < 2; ++look) {
    CHECK(names.interface(loopback) == "lo");
    CHECK(names.interface(0x7FFF'0000) == "");
    names.forget();
  }
}

TEST_CASE("where a process runs is read once from its /proc, and again when that is forgotten") {
  const test::ProcRoot root;
  root.file("812/cgroup", "0::/system.slice/nginx.service\n");
  root.file("813/cgroup", "");
  SystemNames names;
  names.set_proc(root.path());
  const CgroupPlace* place = names.place_of_process(812);
  REQUIRE(place != nullptr);
  CHECK(place->unit == "nginx.service");
  CHECK(place->container == "");
  CHECK(place->container_name == "");
  CHECK(names.place_of_process(813) == nullptr);
  CHECK(names.place_of_process(814) == nullptr);
  root.file("812/cgroup", "0::/system.slice/ssh.service\n");
  root.file("814/cgroup", "0::/system.slice/ssh.service\n");
  CHECK(names.place_of_process(812)->unit == "nginx.service");
  CHECK(names.place_of_process(814) == nullptr);
  names.forget();
  CHECK(names.place_of_process(812)->unit == "ssh.service");
  CHECK(names.place_of_process(814)->unit == "ssh.service");
}

TEST_CASE("a long list of control groups is read whole") {
  const test::ProcRoot root;
  std::string text;
  for (int i = 1; i < 200; ++i) text += std::to_string(i) + ":cpu:/\n";
  root.file("812/cgroup", text + "0::/system.slice/nginx.service\n");
  SystemNames names;
  names.set_proc(root.path());
  CHECK(names.place_of_process(812)->unit == "nginx.service");
}

TEST_CASE("a container is called what its engine's file says, below the root of that /proc") {
  const test::ProcRoot root;
  root.file("812/cgroup", "0::/system.slice/docker-" + kContainerId + ".scope\n");
  root.file("813/cgroup", "0::/lxc/web\n");
  root.file("1/root/var/lib/docker/containers/" + kContainerId + "/config.v2.json", R"({"Name":"/shop"})");
  SystemNames names;
  names.set_proc(root.path());
  const CgroupPlace* place = names.place_of_process(812);
  REQUIRE(place != nullptr);
  CHECK(place->container == kContainerId);
  CHECK(place->container_name == "shop");
  CHECK(names.place_of_process(813)->container_name == "");
}

/// Where the kernel's control groups of version 2 are; empty: nowhere.
std::string mount_of_cgroups() {
  std::ifstream mounts("/proc/self/mounts");
  std::string found;
  for (std::string device, path, type, rest; mounts >> device >> path >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") found = path;
  }
  return found;
}

TEST_CASE("control groups are known by the inode of their directory") {
  SystemNames names;
  CHECK_FALSE(names.has_cgroup("/no/such/group"));
  CHECK(names.cgroup(UINT64_MAX) == "");
  CHECK(names.place_of_cgroup(UINT64_MAX) == nullptr);
  const std::string mount = mount_of_cgroups();
  CHECK(names.has_cgroup("/") == !mount.empty());
  if (mount.empty()) return;
  struct stat status;
  REQUIRE(::stat(mount.c_str(), &status) == 0);
  CHECK(names.cgroup(status.st_ino) == "/");
  CHECK(names.cgroup(UINT64_MAX) == "");
  CHECK(names.cgroup(status.st_ino) == "/");
  const CgroupPlace* place = names.place_of_cgroup(status.st_ino);
  REQUIRE(place != nullptr);
  CHECK(place->unit == "");
  CHECK(names.place_of_cgroup(status.st_ino) == place);
  CHECK(names.place_of_cgroup(UINT64_MAX) == nullptr);
  CHECK(names.place_of_cgroup(status.st_ino) == place);
  // Its files are none, and groups below it are: ours, if it is one.
  CHECK_FALSE(names.has_cgroup("/cgroup.procs"));
  std::ifstream own("/proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {
    if (!line.starts_with("0::/") || ::stat((mount + line.substr(3)).c_str(), &status) != 0) continue;
    CHECK(names.has_cgroup(line.substr(3)));
    CHECK(names.cgroup(status.st_ino) == line.substr(3));
  }
}

}  // namespace
}  // namespace tcpstat::names
