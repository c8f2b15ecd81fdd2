// --netns: another network namespace by name, by process and by path.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <optional>
#include <ostream>

#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "pairs.h"
#include "privileges.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

constexpr const char* kName = "lab-blue";

/// The zoo in a namespace that has a name as `ip netns add` gives it, a process that lives there, and ourselves in
/// another one that is empty. All mounts are private.
struct Blue {
  FreshNamespace fresh;
  TunPeer peer;
  EveryState zoo{peer};
  unsigned long inode = namespace_inode();
  std::string path;
  std::optional<Worker> inhabitant;

  Blue() {
    enter_mount_namespace();
    check(::mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"), "mounting a private /run");
    check(::mkdir("/run/netns", 0755), "making /run/netns");
    path = std::string("/run/netns/") + kName;
    { const Handle file(check(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444), "making " + path)); }
    check(::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr), "binding " + path);
    inhabitant.emplace([](const Worker::Report& report) { report(1); });
    inhabitant->wait_for_report();
    enter_namespace();
  }
};

TEST_SUITE("netns") {
  TEST_CASE_FIXTURE(Blue, "a namespace is found by name, by process and by path") {
    CHECK(list({"-a"}).rows().empty());
    for (const std::string& which : {std::string(kName), path, std::to_string(inhabitant->pid())}) {
      CAPTURE(which);
      for (const std::string source : kSources) {
        CAPTURE(source);
        const Listing listing = list({"-a", "--netns", which, "--source", source});
        CHECK(listing.exit_code == 0);
        CHECK(listing.err == "");
        CHECK(listing.document.value("netns", 0UL) == inode);
        CHECK(difference(keys_of(zoo.truth(), [&](const Row& row) { return visible(row, source); }),
                         keys_of(listing)) == "");
      }
    }
  }

  TEST_CASE_FIXTURE(Blue, "a process's namespace can be read without privilege, from /proc") {
    const auto options = RunOptions{drop_privileges};
    const Listing listing = list({"--state", "!CLOSE", "--netns", std::to_string(inhabitant->pid())}, options);
    // /proc/PID/net of another user's process may be closed to strangers: then an error, never the wrong rows.
    if (listing.exit_code == 0)
      CHECK(difference(keys_of(zoo.truth(), [](const Row& row) { return row.state != "CLOSE"; }), keys_of(listing)) ==
            "");
    else
      CHECK(listing.exit_code == 2);
    CHECK(listing.err != "");
  }

  TEST_CASE_FIXTURE(Blue, "an unknown namespace is an error") {
    for (const std::string which : {"no-such-name", "/no/such/path", "4194304999", "999999999"}) {
      CAPTURE(which);
      const Outcome outcome = tcpstat({"--netns", which});
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.out == "");
      CHECK(outcome.err.find(which) != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(Blue, "--list netns names it") {
    const Outcome outcome = tcpstat({"--list", "netns"});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.find(kName) != std::string::npos);
  }
}

}  // namespace
}  // namespace tcpstat::lab
