// --netns: another network namespace by name, by process and by path.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>

#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "oracle_stage.h"
#include "pairs.h"
#include "privileges.h"
#include "watching.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

constexpr const char* kName = "lab-blue";

/// Gives the namespace that this thread is in a name, as `ip netns add` does.
void bind_here(const std::string& path) {
  { const Handle file(check(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444), "making " + path)); }
  check(::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr), "binding " + path);
}

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
    bind_here(path);
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

  TEST_CASE_FIXTURE(Blue, "all namespaces are one list with one total") {
    const Listing listing = list({"-a", "--netns", "all"});
    CHECK(listing.exit_code == 0);
    CHECK(listing.document["netns"].is_null());
    Keys keys;
    for (const json& row : listing.rows()) {
      if (row["netns"] != inode) continue;
      keys.push_back(key_of(row));
      CHECK(row["netns_name"] == kName);
    }
    CHECK(difference(keys_of(zoo.truth(), [](const Row&) { return true; }), keys) == "");
    std::set<unsigned long> inodes;
    std::uint64_t rows = 0;
    for (const json& one : listing.document["namespaces"]) {
      CHECK(inodes.insert(one["netns"].get<unsigned long>()).second);
      CHECK(one["rows"].is_number());
      if (one["netns"] == inode) CHECK(one["name"] == kName);
      rows += one["rows"].get<std::uint64_t>();
    }
    // Ours comes first, and each is named once, however many processes and mounts show it.
    CHECK(listing.document["namespaces"][0]["netns"] == namespace_inode());
    CHECK(inodes.contains(inode));
    CHECK(listing.document["summary"]["total"] == rows);
  }

  TEST_CASE_FIXTURE(Blue, "a list of namespaces, by name and by process, has each once") {
    const std::string words = std::string(kName) + "," + std::to_string(inhabitant->pid()) + ",/proc/self/ns/net";
    const Outcome outcome = tcpstat({"-a", "--netns", words});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err == "");
    CHECK(outcome.out.starts_with("NETNS"));
    const Listing listing = list({"-a", "--netns", words});
    CHECK(listing.document["namespaces"].size() == 2);
    CHECK(listing.rows().size() == zoo.truth().size());
  }

  TEST_CASE_FIXTURE(Blue, "listeners count the half-opens of their own namespace") {
    const Listing one = list({"-l", "--netns", kName});
    const Listing all = list({"-l", "--netns", "all"});
    for (const json& row : all.rows()) {
      if (row["netns"] != inode) continue;
      CAPTURE(identity_of(row));
      for (const json& same : one.rows()) {
        if (identity_of(same) == identity_of(row)) CHECK(same["syn_recv"] == row["syn_recv"]);
      }
    }
  }

  TEST_CASE_FIXTURE(Blue, "check has a verdict for each namespace") {
    const Outcome outcome = tcpstat({"check", "--netns", std::string(kName) + ",/proc/self/ns/net", "-j"});
    const json document = json::parse(outcome.out);
    CHECK(document["namespaces"].size() == 2);
    const json& blue = document["namespaces"][0];
    CHECK(blue["name"] == kName);
    CHECK(blue["headline"].get<std::string>() != "");
    CHECK(document["namespaces"][1]["status"] == "OK");
    CHECK(document["status"] == blue["status"]);
    for (const json& finding : document["findings"]) {
      if (finding["severity"] == "warning" || finding["severity"] == "critical") CHECK(finding["netns_name"] == kName);
    }
    CHECK(document["summary"]["total"] == zoo.truth().size());
  }

  TEST_CASE_FIXTURE(Blue, "check --exact counts each namespace's own handshakes") {
    auto said = std::async(std::launch::async, [] {
      return tcpstat(
          {"check", "--exact", "--interval", "4", "--netns", std::string(kName) + ",/proc/self/ns/net", "-j"});
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // until the programs are attached
    constexpr std::uint16_t kPort = 12650;  // none that the oracle records, which sees every namespace
    const Handle listener = Stage::listener(kPort);
    for (int i = 0; i < 5; ++i) {
      const Handle client = connect_to(kPort);
      const Handle server = accept_from(listener);
    }
    const json document = json::parse(said.get().out);
    for (const json& warning : document["warnings"]) {
      if (warning["code"] != "exact") continue;
      MESSAGE("skipped: ", warning["message"].get<std::string>());
      return;
    }
    std::multiset<int> completed;
    for (const json& verdict : document["verdicts"]) {
      for (const json& one : verdict["evidence"]) {
        if (one["quantity"] != "handshakes_completed") continue;
        CHECK(one["source"] == "bpf");
        completed.insert(one["value"].get<int>());
      }
    }
    CHECK((completed == std::multiset<int>{0, 5}));
  }

  TEST_CASE_FIXTURE(Blue, "audit judges each namespace, and a line says of which it is told") {
    const std::string words = std::string(kName) + ",/proc/self/ns/net";
    set_sysctl("net.ipv4.tcp_syncookies", "0");  // of ours
    const Outcome outcome = tcpstat({"audit", "--netns", words, "-j"});
    const json document = json::parse(outcome.out);
    CHECK(document["namespaces"].size() == 2);
    CHECK(document["namespaces"][0]["name"] == kName);
    std::size_t lines = 0;
    for (const json& check : document["checks"]) {
      if (check["name"] != "tcp_syncookies") continue;
      ++lines;
      CHECK(check["netns_names"].size() == 1);
      const bool blue = check["netns_names"][0] == kName;
      CHECK(check["value"].get<std::string>().starts_with(blue ? "1" : "0"));
    }
    CHECK(lines == 2);
    const Outcome one = tcpstat({"audit", "--netns", kName, "-j"});
    CHECK(json::parse(one.out)["checks"][0]["netns_names"].is_null());
    CHECK(tcpstat({"audit", "--netns", words}).out.find("netns: " + std::string(kName)) != std::string::npos);
  }

  TEST_CASE_FIXTURE(Blue, "a watch lists several namespaces, those made since included") {
    const std::string words = std::string(kName) + ",/proc/self/ns/net";
    const Outcome outcome = tcpstat({"watch", "-a", "--netns", words, "--count", "2", "--interval", "0.05"});
    CHECK(outcome.exit_code == 0);
    std::size_t rows = 0;
    std::size_t samples = 0;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      const json object = json::parse(line);
      if (object.value("type", "") == "summary") {
        ++samples;
        CHECK(object["namespaces"].size() == 2);
      } else {
        ++rows;
        CHECK(object["netns"] == inode);
        CHECK(object["netns_name"] == kName);
      }
    }
    CHECK(samples == 2);
    CHECK(rows == 2 * zoo.truth().size());
  }

  TEST_CASE_FIXTURE(Blue, "transitions of several namespaces name theirs") {
    const unsigned long own = namespace_inode();
    const auto listens = [](const std::optional<std::string>& line, unsigned long where) {
      return line && value_of(*line, "to") == "LISTEN" && value_of(*line, "netns") == std::to_string(where);
    };
    Watching watching({"watch", "--events", "-a", "-f", "ndjson", "--interval", "0.05", "--netns",
                       std::string(kName) + ",/proc/self/ns/net"});
    const auto see_new_listener = [&](unsigned long where) {
      // The first samples have nothing to compare with.
      for (int tries = 0; tries < 40; ++tries) {
        const Handle probe(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
        check(::listen(probe.get(), 1), "listening");
        for (auto line = watching.line(std::chrono::milliseconds(500)); line;
             line = watching.line(std::chrono::milliseconds(500))) {
          if (listens(line, where)) return true;
        }
      }
      return false;
    };
    CHECK(see_new_listener(own));
    const Handle there(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "opening " + path));
    check(::setns(there.get(), CLONE_NEWNET), "entering it");
    CHECK(see_new_listener(inode));
    watching.interrupt();
    CHECK(watching.wait() == 0);
  }

  TEST_CASE_FIXTURE(Blue, "one that may not be entered is said, and the list is not complete") {
    const Listing listing =
        list({"-a", "--netns", std::string(kName) + ",/proc/self/ns/net"}, RunOptions{drop_privileges});
    CHECK(listing.exit_code == 0);
    CHECK(listing.document["complete"] == false);
    CHECK(listing.err.find(kName) != std::string::npos);
    CHECK(listing.document["namespaces"][0]["rows"].is_null());
    CHECK(listing.document["namespaces"][1]["complete"] == true);
    const Outcome strict =
        tcpstat({"-a", "--strict", "--netns", std::string(kName) + ",/proc/self/ns/net"}, RunOptions{drop_privileges});
    CHECK(strict.exit_code == 2);
    const Outcome check =
        tcpstat({"check", "--netns", std::string(kName) + ",/proc/self/ns/net"}, RunOptions{drop_privileges});
    CHECK(check.exit_code == 3);
    CHECK(check.out.find(kName) != std::string::npos);
  }

  TEST_CASE_FIXTURE(Blue, "those of others' processes keep their names, count once, and are not lost without a word") {
    Worker listening([](const Worker::Report& report) {
      const Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
      check(::listen(socket.get(), 1), "listening");
      report(1);
      Worker::stay();
    });
    listening.wait_for_report();
    const std::string here = std::to_string(listening.pid());
    const std::string other = std::to_string(inhabitant->pid());
    const auto options = RunOptions{drop_privileges};
    const Listing listing = list({"-l", "--netns", other + "," + here + "," + std::to_string(::getpid())}, options);
    CHECK(listing.exit_code == 0);
    CHECK(listing.document["namespaces"].size() == 2);
    std::set<std::string> names;
    for (const json& row : listing.rows()) names.insert(row["netns_name"].get<std::string>());
    CHECK(names.size() == 2);
    CHECK(names.contains(other));
    for (const json& row : listing.rows()) CHECK(row["netns_name"].get<std::string>() != "");

    const std::vector<std::string> hidden = {"--source", "netlink", "--netns", other + ","};
    const auto with = [&](std::vector<std::string> words) {
      words.insert(words.end(), hidden.begin(), hidden.end());
      return tcpstat(words, options);
    };
    CHECK(with({"check"}).exit_code == 3);
    CHECK(with({"audit"}).exit_code == 3);
    CHECK(with({"summary", "--strict"}).exit_code == 2);
    const Outcome rows = with({"-a"});
    CHECK(rows.exit_code == 2);
    CHECK(rows.err.find("cannot enter the network namespace") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Blue, "two hundred are one list, and what may not be entered is told once") {
    constexpr int kMany = 200;
    for (int i = 0; i < kMany; ++i) {
      enter_namespace();
      bind_here("/run/netns/many-" + std::to_string(i));
    }
    const Listing listing = list({"-a", "--netns", "all"});
    CHECK(listing.exit_code == 0);
    CHECK(listing.document["complete"] == true);
    CHECK(listing.document["namespaces"].size() > kMany);
    const auto of_zoo = [&](const json& row) { return row["netns"] == inode; };
    const auto rows = listing.rows();
    CHECK(std::count_if(rows.begin(), rows.end(), of_zoo) == static_cast<std::ptrdiff_t>(zoo.truth().size()));

    const Outcome check = tcpstat({"check", "--netns", "all"}, RunOptions{drop_privileges});
    CHECK(check.exit_code == 3);
    CHECK(check.out.find(" network namespaces could not be entered: ") != std::string::npos);
    CHECK(std::count(check.out.begin(), check.out.end(), '\n') < 20);
    const Outcome document = tcpstat({"check", "-j", "--netns", "all"}, RunOptions{drop_privileges});
    const json told = json::parse(document.out)["namespaces"];
    CHECK(std::count_if(told.begin(), told.end(), [](const json& one) { return one["rows"].is_null(); }) >= kMany);
  }

  TEST_CASE_FIXTURE(Blue, "namespaces that come and go while they are listed fail nothing") {
    const Worker busy([](const Worker::Report& report) {
      report(1);
      while (true) enter_namespace();  // the last one ends with each
    });
    for (int i = 0; i < 20; ++i) {
      const Listing listing = list({"-a", "--netns", "all"});
      CHECK(listing.exit_code == 0);
      CHECK(listing.document["complete"] == list({"-a", "--netns", "all"}).document["complete"]);
      CHECK(listing.err.find("gone") == std::string::npos);
      CHECK(listing.rows().size() >= zoo.truth().size());
    }
  }

  TEST_CASE_FIXTURE(Blue, "an unknown namespace is an error") {
    for (const std::string which :
         {"no-such-name", "/no/such/path", "4194304999", "999999999", "lab-blue,no-such-name"}) {
      CAPTURE(which);
      const Outcome outcome = tcpstat({"--netns", which});
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.out == "");
      CHECK(outcome.err.find(which.substr(which.rfind(',') + 1)) != std::string::npos);
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
