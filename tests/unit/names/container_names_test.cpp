// Layouts were written from what their makers document or show: "docker inspect" and the files below
// /var/lib/docker/containers, containers-storage.conf(5) for Podman and CRI-O, Kubernetes' "Logging Architecture" for
// /var/log/containers.

#include "parsers/names/container_names.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/proc_root.h"

namespace tcpstat::names {
namespace {

const std::string kId = "4f6e0c8a91b2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbcc";
const std::string kOther(64, 'a');

TEST_CASE("the name of a container is in a file of its engine") {
  const test::ProcRoot root;
  SUBCASE("Docker") {
    root.file("var/lib/docker/containers/" + kId + "/config.v2.json", R"({"ID":"4f6e","Name":"/web","State":{}})");
  }
  SUBCASE("Podman") {
    root.file("var/lib/containers/storage/overlay-containers/containers.json",
              R"([{"id":")" + kOther + R"(","names":["db"]},{"id":")" + kId + R"(","names":["web","w"],"layer":""}])");
  }
  SUBCASE("Podman, gone with the next boot") {
    root.file("var/lib/containers/storage/overlay-containers/containers.json", "[]");
    root.file("var/lib/containers/storage/overlay-containers/volatile-containers.json",
              R"([{"id":")" + kId + R"(","names":["web"]}])");
  }
  SUBCASE("Kubernetes") {
    root.file("var/log/containers/shop-7d4b9c_prod_web-" + kId + ".log", "");
    root.file("var/log/containers/shop-7d4b9c_prod_sidecar-" + kOther + ".log", "");
  }
  CHECK(container_name(root.path(), kId) == "web");
}

TEST_CASE("what is no such file has no name") {
  const test::ProcRoot root;
  const std::string docker = "var/lib/docker/containers/" + kId + "/config.v2.json";
  const std::string list = "var/lib/containers/storage/overlay-containers/containers.json";
  SUBCASE("nothing there") {}
  SUBCASE("no JSON") { root.file(docker, R"({"Name":"/we)"); }
  SUBCASE("no text") { root.file(docker, R"({"Name":7})"); }
  SUBCASE("no object") { root.file(docker, R"(["Name"])"); }
  SUBCASE("a list without names") { root.file(list, R"([{"id":")" + kId + R"("},7,{"id":[]}])"); }
  SUBCASE("names that are none") { root.file(list, R"([{"id":")" + kId + R"(","names":[null]}])"); }
  SUBCASE("another container") { root.file(list, R"([{"id":")" + kOther + R"(","names":["web"]}])"); }
  SUBCASE("a link elsewhere") {
    root.file("secret.json", R"({"Name":"/web"})");
    root.file("var/lib/docker/containers/" + kId + "/other", "");
    std::filesystem::create_symlink(root.path("secret.json"), root.path(docker));
  }
  CHECK(container_name(root.path(), kId) == "");
}

TEST_CASE("an id is 64 digits before it becomes a part of a path") {
  const test::ProcRoot root;
  root.file("var/lib/docker/containers/web/config.v2.json", R"({"Name":"/web"})");
  CHECK(container_name(root.path(), "web") == "");
  CHECK(container_name(root.path(), "../containers/web") == "");
  CHECK(container_name(root.path(), "") == "");
}

}  // namespace
}  // namespace tcpstat::names
