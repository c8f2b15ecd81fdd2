// -p: who holds a socket, and names that were chosen to do harm.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <ostream>
#include <set>
#include <thread>

#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "pairs.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

struct Name {
  std::string what;
  const char* raw;      // as given to prctl(2), at most 15 bytes
  const char* escaped;  // in table, plain and csv
  const char* json;     // parsed back from JSON
};

const Name kNames[] = {
    {"a bar", "a|b", "a|b", "a|b"},
    {"a newline", "new\nline", "new\\x0aline", "new\nline"},
    {"an escape sequence", "\x1b[31mred", "\\x1b[31mred", "\x1b[31mred"},
    {"invalid UTF-8", "bad\xff\xfeutf", "bad\\xff\\xfeutf", "bad\xef\xbf\xbd\xef\xbf\xbdutf"},
    {"parentheses", ") S 1 (x", ") S 1 (x", ") S 1 (x"},
    {"a backslash", "back\\slash", "back\\x5cslash", "back\\slash"},
    {"valid UTF-8", "na\xc3\xafve", "na\xc3\xafve", "na\xc3\xafve"},
    {"a tab", "tab\tbed", "tab\\x09bed", "tab\tbed"},
    {"a quote and a comma", "q\"uo,te", "q\"uo,te", "q\"uo,te"},
    {"C1 control",
     "c1\xc2\x9b"
     "31m",
     "c1\\xc2\\x9b"
     "31m",
     "c1\xc2\x9b"
     "31m"},
    {"DEL", "del\x7f", "del\\x7f", "del\x7f"},
};

/// Holds one pair on a port of its own under a name.
Worker holder(const char* name, std::uint16_t port) {
  return Worker([name, port](const Worker::Report& report) {
    ::prctl(PR_SET_NAME, name);
    const PairMaker maker({Address::parse("127.0.0.1"), port});
    std::vector<Handle> sockets;
    maker.make(sockets, Ending::reset);
    report(1);
    Worker::stay();
  });
}

enum class MainThread { stays, ends };

/// A pair that only a second thread holds, because it has descriptors of its own or because the main thread has ended.
Worker holder_in_thread(MainThread main, std::uint16_t port) {
  return Worker([main, port](const Worker::Report& report) {
    std::thread([main, port, report] {
      if (main == MainThread::stays) check(::unshare(CLONE_FILES), "giving a thread descriptors of its own");
      const PairMaker maker({Address::parse("127.0.0.1"), port});
      std::vector<Handle> sockets;
      maker.make(sockets, Ending::reset);
      report(1);
      Worker::stay();
    }).detach();
    if (main == MainThread::ends) ::syscall(SYS_exit, 0);
    Worker::stay();
  });
}

std::string quoted(const std::string& text) {
  if (text.find_first_of("\",") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += c;
    result += c;
  }
  return result + '"';
}

std::set<pid_t> pids_of(const json& row) {
  std::set<pid_t> pids;
  for (const json& process : row.value("processes", json::array())) pids.insert(process["pid"].get<pid_t>());
  return pids;
}

TEST_SUITE("processes") {
  TEST_CASE("-p names the process, its pid and its descriptor") {
    enter_namespace();
    const PairMaker maker({Address::parse("127.0.0.1"), 6000});
    std::vector<Handle> sockets;
    maker.make(sockets, Ending::reset);
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-p", "--source", source});
      CHECK(listing.exit_code == 0);
      CHECK(listing.err == "");
      REQUIRE(listing.rows().size() == 2);
      std::set<int> descriptors;
      for (const json& row : listing.rows()) {
        REQUIRE(row["processes"].size() == 1);
        CHECK(row["processes"][0]["pid"] == ::getpid());
        CHECK(row["orphan"].is_null());
        descriptors.insert(row["processes"][0]["fd"].get<int>());
      }
      CHECK(descriptors == std::set<int>{sockets[0].get(), sockets[1].get()});
    }
  }

  TEST_CASE("beside 20,000 open files an iterator of the kernel tells the owners that the walk tells") {
    enter_namespace();
    std::deque<Worker> crowd;
    const std::uint64_t each = raise_descriptor_limit() / 2;
    for (std::uint64_t open = 0; open < 21'000; open += each) {
      crowd.emplace_back([each](const Worker::Report& report) {
        std::vector<Handle> files;
        for (std::uint64_t i = 0; i < each; ++i) files.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        report(1);
        Worker::stay();
      });
      crowd.back().wait_for_report();
    }
    const PairMaker maker({Address::parse("127.0.0.1"), 6001});
    std::vector<Handle> sockets;
    maker.make(sockets, Ending::reset);
    Worker child([](const Worker::Report& report) {
      report(1);
      Worker::stay();
    });
    // A thread with a table of its own, and sockets there.
    child.wait_for_report();
    Worker apart([](const Worker::Report& report) {
      std::thread thread([&report] {
        ::unshare(CLONE_FILES);
        std::vector<Handle> own;
        PairMaker({Address::parse("127.0.0.1"), 6002}).make(own, Ending::reset);
        report(1);
        Worker::stay();
      });
      thread.join();
    });
    apart.wait_for_report();
    const Listing many = list({"-p"});
    crowd.clear();
    const Listing few = list({"-p"});
    CHECK(many.err == "");
    REQUIRE(few.rows().size() == 4);
    const auto owners = [](const Listing& listing) {
      std::set<std::string> out;
      for (const json& row : listing.rows()) out.insert(row["inode"].dump() + " " + row["processes"].dump());
      return out;
    };
    CHECK(owners(few) == owners(many));
  }

  TEST_CASE("a socket shared over fork has every owner") {
    enter_namespace();
    const PairMaker maker({Address::parse("127.0.0.1"), 6000});
    std::vector<Handle> sockets;
    maker.make(sockets, Ending::reset);
    std::deque<Worker> heirs;
    std::set<pid_t> owners{::getpid()};
    for (int i = 0; i < 3; ++i) {
      heirs.emplace_back([](const Worker::Report& report) { report(1); });
      heirs.back().wait_for_report();
      owners.insert(heirs.back().pid());
    }
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-p", "--source", source});
      CHECK(listing.rows().size() == 2);
      for (const json& row : listing.rows()) CHECK(pids_of(row) == owners);
      for (const pid_t pid : owners) CHECK(list({"--pid", std::to_string(pid), "--source", source}).rows().size() == 2);
    }
    CHECK(list({"--pid", "1"}).rows().empty());
    const Outcome plain = tcpstat({"-H", "-f", "plain", "-o", "PID"});
    for (const pid_t pid : owners) CHECK(plain.out.find(std::to_string(pid)) != std::string::npos);
  }

  TEST_CASE("the owner of a socket of this namespace may live in another") {
    enter_namespace();
    const PairMaker maker({Address::parse("127.0.0.1"), 6000});
    std::vector<Handle> sockets;
    maker.make(sockets, Ending::reset);
    Worker stranger([](const Worker::Report& report) {
      enter_namespace();
      report(1);
    });
    stranger.wait_for_report();
    const Listing listing = list({"-p"});
    REQUIRE(listing.rows().size() == 2);  // both ends
    for (const json& row : listing.rows()) CHECK(pids_of(row).contains(stranger.pid()));
  }

  TEST_CASE("a thread is its process, whatever became of the main thread and its descriptors") {
    enter_namespace();
    Worker own = holder_in_thread(MainThread::stays, 6000);
    Worker left = holder_in_thread(MainThread::ends, 6001);
    own.wait_for_report();
    left.wait_for_report();
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-p", "--source", source});
      CHECK(listing.rows().size() == 4);
      for (const json& row : listing.rows()) {
        CAPTURE(row.dump());
        const bool first = row["local_port"] == 6000 || row["remote_port"] == 6000;
        CHECK(pids_of(row) == std::set<pid_t>{first ? own.pid() : left.pid()});
        CHECK(row["orphan"].is_null());
      }
      CHECK(list({"--pid", std::to_string(left.pid()), "--source", source}).rows().size() == 2);
    }
  }

  TEST_CASE("a name chosen by another program does no harm in any format") {
    enter_namespace();
    std::deque<Worker> workers;
    std::uint16_t port = 6100;
    for (const Name& name : kNames) {
      workers.push_back(holder(name.raw, port++));
      workers.back().wait_for_report();
    }
    port = 6100;
    for (std::size_t i = 0; i < std::size(kNames); ++i, ++port) {
      const Name& name = kNames[i];
      CAPTURE(name.what);
      const std::string local = std::to_string(port);
      const std::string pid = "(" + std::to_string(workers[i].pid()) + ")";

      const Listing listing = list({"-p", "--local-port", local});
      CHECK(listing.exit_code == 0);
      REQUIRE(listing.rows().size() == 1);
      REQUIRE(listing.rows()[0]["processes"].size() == 1);
      CHECK(listing.rows()[0]["processes"][0]["name"] == name.json);
      CHECK(listing.rows()[0]["processes"][0]["pid"] == workers[i].pid());

      const Outcome plain = tcpstat({"-H", "-f", "plain", "-o", "PROCESS", "--local-port", local});
      CHECK(plain.out == name.escaped + pid + '\n');
      const Outcome csv = tcpstat({"-H", "-f", "csv", "-o", "PROCESS", "--local-port", local});
      CHECK(csv.out == quoted(name.escaped + pid) + '\n');
      const Outcome table = tcpstat({"-H", "-p", "--local-port", local});
      CHECK(table.out.find(name.escaped + pid) != std::string::npos);
      CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 1);
      for (const char c : table.out) CHECK((c == '\n' || (c != 0x7f && static_cast<unsigned char>(c) >= 0x20)));

      // --process takes a comma list, so a name with a comma cannot be asked for.
      if (std::string(name.raw).find(',') == std::string::npos)
        CHECK(list({"--process", name.raw, "--local-port", local}).rows().size() == 1);
    }
  }

  TEST_CASE("--process matches the whole name and no part of it") {
    enter_namespace();
    Worker worker = holder("whole-name", 6000);
    worker.wait_for_report();
    CHECK(list({"--process", "whole-name"}).rows().size() == 2);
    CHECK(list({"--process", "whole"}).rows().empty());
    CHECK(list({"--process", "WHOLE-NAME"}).rows().empty());
  }
}

}  // namespace
}  // namespace tcpstat::lab
