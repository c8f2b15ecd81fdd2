#include "parsers/procfs/owner_rights.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>

#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

constexpr std::uint64_t kPtrace = std::uint64_t{1} << 19U;
constexpr std::uint64_t kReadSearch = std::uint64_t{1} << 2U;
constexpr std::uint64_t kOverride = std::uint64_t{1} << 1U;

TEST_CASE("the remedy names what is missing, and root is not told to be root") {
  CHECK(remedy_for(0, false) == "run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
  CHECK(remedy_for(kPtrace, false) == "run as root, or with CAP_DAC_READ_SEARCH");
  CHECK(remedy_for(kReadSearch, true) == "root lacks CAP_SYS_PTRACE here");
  CHECK(remedy_for(kOverride, true) == "root lacks CAP_SYS_PTRACE here");
  CHECK(remedy_for(0, true) == "root lacks CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH here");
  CHECK(remedy_for(kPtrace | kReadSearch, true).find("user namespace") != std::string::npos);
}

TEST_CASE("a /proc shows all processes of the host only in the host's PID namespace") {
  const test::ProcRoot root;
  CHECK_FALSE(shows_pid_namespace_below_host(root.path()));  // a saved tree
  const auto link = [&](const std::string& path, const std::string& target) {
    std::filesystem::create_directories(std::filesystem::path(root.path(path)).parent_path());
    std::filesystem::create_symlink(target, root.path(path));
  };
  std::string first;
  std::string own;
  bool below = false;
  SUBCASE("the host's") { first = "pid:[4026531836]"; }
  SUBCASE("a container's") {
    first = "pid:[4026532001]";
    below = true;
  }
  SUBCASE("the host's, seen from a container") {
    first = "pid:[4026531836]";
    own = "pid:[4026532001]";
  }
  SUBCASE("process 1 is closed to us") {
    own = "pid:[4026532001]";
    below = true;
  }
  SUBCASE("process 1 is closed to us on the host") { own = "pid:[4026531836]"; }
  if (!first.empty()) link("1/ns/pid", first);
  if (!own.empty()) link("self/ns/pid", own);
  CHECK(shows_pid_namespace_below_host(root.path()) == below);
}

}  // namespace
}  // namespace tcpstat::procfs
