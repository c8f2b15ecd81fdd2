// A user who may do nothing, a kernel that refuses netlink, a /proc that hides or lacks what it should show.

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "deny_netlink.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "privileges.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

bool warned(const Listing& listing) {
  const json warnings = listing.document.value("warnings", json::array());
  return !warnings.empty();
}

RunOptions prepared(std::function<void()> prepare) {
  RunOptions options;
  options.prepare = std::move(prepare);
  return options;
}

/// A folder of our own below the system's place for temporary files, gone with the object.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "tcpstat-lab-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail("making a temporary folder");
    path = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

void copy_text(const fs::path& from, const fs::path& to) {
  std::ifstream in(from);
  std::ofstream out(to);
  out << in.rdbuf();
}

TEST_SUITE("privileges") {
  TEST_CASE_FIXTURE(EveryStateFixture, "listing needs no privilege") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-a", "--source", source}, prepared(drop_privileges));
      CHECK(listing.exit_code == 0);
      CHECK(listing.err == "");
      CHECK(difference(keys_of(zoo.truth(), [&](const Row& row) { return visible(row, source); }), keys_of(listing)) ==
            "");
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture,
                    "-p without privilege says that it was not permitted, not that there is no process") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-a", "-p", "--source", source}, prepared(drop_privileges));
      CHECK(listing.exit_code == 0);
      CHECK(listing.err != "");
      CHECK(std::count(listing.err.begin(), listing.err.end(), '\n') == 1);
      CHECK(warned(listing));
      unsigned owned = 0;
      for (const json& row : listing.rows()) {
        CAPTURE(row.dump());
        if (row["inode"].is_null()) {
          CHECK(row["orphan"] != "not-permitted");
          continue;
        }
        ++owned;
        CHECK(row["orphan"] == "not-permitted");
        CHECK(row["processes"] == json::array());
      }
      CHECK(owned > 20);
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "-p with hidepid does not claim that nobody holds a socket") {
    const auto hide = [] {
      enter_mount_namespace();
      check(::mount("proc", "/proc", "proc", 0, "hidepid=2"), "mounting /proc with hidepid");
      drop_privileges();
    };
    const Listing listing = list({"-a", "-p"}, prepared(hide));
    CHECK(listing.exit_code == 0);
    std::size_t held = 0;
    for (const json& row : listing.rows()) {
      CAPTURE(row.dump());
      if (row["inode"].is_null()) continue;
      ++held;
      CHECK(row["orphan"] == "not-permitted");
    }
    CHECK(held > 20);
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "-p in another PID namespace does not claim that nobody holds a socket") {
    // The first child of this process is process 1 there, and it becomes tcpstat.
    const auto enter = [] {
      check(::unshare(CLONE_NEWPID), "making a PID namespace");
      enter_mount_namespace();
      const pid_t first = ::fork();
      if (first > 0) {
        int status = 0;
        ::waitpid(first, &status, 0);
        ::_exit(WEXITSTATUS(status));
      }
      check(::mount("proc", "/proc", "proc", 0, nullptr), "mounting the /proc of a PID namespace");
    };
    const Listing listing = list({"-a", "-p"}, prepared(enter));
    CHECK(listing.exit_code == 0);
    CHECK(says(listing.err, "this PID namespace does not show all processes of the host"));
    unsigned owned = 0;
    for (const json& row : listing.rows()) {
      CAPTURE(row.dump());
      if (row["inode"].is_null()) continue;
      ++owned;
      CHECK(row["orphan"] == "other-pid-namespace");
    }
    CHECK(owned > 20);
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "without netlink the rows come from /proc, loudly") {
    for (const int error : {EPERM, EAFNOSUPPORT, EACCES, EPROTONOSUPPORT}) {
      CAPTURE(error);
      const auto deny = prepared([error] { deny_netlink(error); });
      const Listing listing = list({"--state", "!CLOSE"}, deny);
      CHECK(listing.exit_code == 0);
      CHECK(listing.document.value("source", "") == "proc");
      CHECK(says(listing.err, "/proc"));
      CHECK(std::count(listing.err.begin(), listing.err.end(), '\n') == 1);
      CHECK(warned(listing));
      CHECK(difference(keys_of(zoo.truth(), [](const Row& row) { return row.state != "CLOSE"; }), keys_of(listing)) ==
            "");
      for (const json& row : listing.rows()) CHECK(row["source"] == "proc");

      const Outcome only = tcpstat({"-H", "--source", "netlink"}, deny);
      CHECK(only.exit_code == 2);
      CHECK(only.out == "");
      CHECK(says(only.err, "tcpstat: "));
      CHECK(says(only.err, "--source proc"));
      CHECK(tcpstat({"--source", "proc"}, deny).exit_code == 0);
      // What /proc cannot answer either fails for the first reason.
      for (const char* words : {"rtt > 100ms", "state CLOSE"}) {
        const Outcome neither = tcpstat({"-a", words}, deny);
        CHECK(neither.exit_code == 2);
        CHECK(says(neither.err, std::strerror(error)));
        CHECK(!says(neither.err, "--source netlink"));
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "a /proc without tcp6 has no IPv6 rows and is no error") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path / "net");
    copy_text("/proc/thread-self/net/tcp", folder.path / "net" / "tcp");
    const Listing listing = list({"-a", "--proc-root", folder.path});
    CHECK(listing.exit_code == 0);
    CHECK(listing.document.value("source", "") == "proc");
    CHECK(difference(keys_of(zoo.truth(), [](const Row& row) { return row.family == "ipv4" && row.state != "CLOSE"; }),
                     keys_of(listing)) == "");
  }

  TEST_CASE("a /proc without any table is an error that names the file") {
    const TemporaryFolder folder;
    const Outcome outcome = tcpstat({"-H", "--proc-root", folder.path});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out == "");
    CHECK(says(outcome.err, folder.path.string()));
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "--proc-root with --netns PID reads that process's table") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path / "4242" / "net");
    for (const char* const file : {"tcp", "tcp6"})
      copy_text(fs::path("/proc/thread-self/net") / file, folder.path / "4242" / "net" / file);
    enter_namespace();  // nothing here: the rows can only come from the copies
    const Listing listing = list({"-a", "--proc-root", folder.path, "--netns", "4242"});
    CHECK(listing.exit_code == 0);
    CHECK(difference(keys_of(zoo.truth(), [](const Row& row) { return row.state != "CLOSE"; }), keys_of(listing)) ==
          "");
  }
}

}  // namespace
}  // namespace tcpstat::lab
