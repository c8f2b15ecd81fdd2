// What belongs to a socket besides addresses and ports: its device, IPV6_V6ONLY, protocols on top of TCP, and the unit
// and the container of those who hold it.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <ostream>
#include <sstream>

#include "address.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "privileges.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

/// What ctest looks for: SKIP_REGULAR_EXPRESSION in CMakeLists.txt.
void skip(const char* why) { std::printf("skipped: %s\n", why); }

Handle listen_on(const std::string& address, std::uint16_t port, std::optional<int> v6only = {},
                 const std::string& device = "", int protocol = 0) {
  const Address at = Address::parse(address);
  const int domain = at.family == Family::ipv4 ? AF_INET : AF_INET6;
  Handle handle(::socket(domain, SOCK_STREAM | SOCK_CLOEXEC, protocol));
  if (!handle.valid()) return handle;
  if (v6only) check(::setsockopt(handle.get(), IPPROTO_IPV6, IPV6_V6ONLY, &*v6only, sizeof *v6only), "IPV6_V6ONLY");
  if (!device.empty()) {
    check(
        ::setsockopt(handle.get(), SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), static_cast<socklen_t>(device.size())),
        "SO_BINDTODEVICE");
  }
  const SocketName name({at, port});
  check(::bind(handle.get(), name.get(), name.size()), "binding");
  check(::listen(handle.get(), 5), "listening");
  return handle;
}

json row_on(const Listing& listing, unsigned port) {
  for (const json& row : listing.rows()) {
    if (row["local_port"] == port) return row;
  }
  return json::object();
}

TEST_SUITE("ends") {
  TEST_CASE_FIXTURE(FreshNamespace, "dual-stack and v6only listeners do not look alike") {
    const Handle both = listen_on("::", 8500, 0);
    const Handle alone = listen_on("::", 8501, 1);
    const Handle v4 = listen_on("0.0.0.0", 8502);
    const Listing listing = list({"-l"});
    CHECK(row_on(listing, 8500)["v6only"] == false);
    CHECK(row_on(listing, 8501)["v6only"] == true);
    CHECK(row_on(listing, 8502)["v6only"].is_null());
    CHECK(list({"-l", "v6only yes"}).rows().size() == 1);
    CHECK(list({"-l", "not v6only yes"}).rows().size() == 1);
    // /proc does not tell.
    CHECK(row_on(list({"-l", "--source", "proc"}), 8501)["v6only"].is_null());
    CHECK(tcpstat({"-l", "--source", "proc", "v6only yes"}).exit_code == 2);
  }

  TEST_CASE_FIXTURE(FreshNamespace, "an end names its device, and filters take it") {
    const Handle bound = listen_on("127.0.0.1", 8000, {}, "lo");
    const Handle free = listen_on("127.0.0.1", 8001);
    const Outcome outcome = tcpstat({"-l", "-H", "-o", "LOCAL", "-S", "LOCAL_PORT"});
    CHECK(outcome.out == "127.0.0.1%lo:8000\n127.0.0.1:8001\n");
    for (const std::string end : {"127.0.0.1%lo", "127.0.0.1%lo:8000", "%lo", "*%lo:8000", "!127.0.0.1:8001"}) {
      CAPTURE(end);
      const Listing listing = list({"-l", "--local", end});
      CHECK(listing.exit_code == 0);
      CHECK(listing.rows().size() == 1);
      CHECK(row_on(listing, 8000)["interface"] == "lo");
    }
    CHECK(list({"-l", "--local", "!127.0.0.1%lo"}).rows().size() == 1);
    CHECK(tcpstat({"summary", "-l"}).out.find("127.0.0.1%lo:8000") != std::string::npos);
    const Outcome unknown = tcpstat({"-l", "dev no-such-dev"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err.find("there is no such device here") != std::string::npos);

    const Outcome nowhere = tcpstat({"-l", "--netns", "/proc/self/ns/net,/proc/self/ns/net", "dev no-such-dev"});
    CHECK(nowhere.exit_code == 2);
    CHECK(nowhere.err.find("no network namespace has such a device") != std::string::npos);
  }

  TEST_CASE_FIXTURE(FreshNamespace, "marks are refused to those whom the kernel does not tell them") {
    const Handle listener = listen_on("127.0.0.1", 8000);
    CHECK(list({"-l", "fwmark = 0"}).rows().size() == 1);
    for (const std::string filter : {"fwmark = 0", "fwmark != 5", "not fwmark 5"}) {
      CAPTURE(filter);
      const Outcome refused = tcpstat({"-l", filter}, RunOptions{drop_privileges});
      CHECK(refused.exit_code == 2);
      CHECK(refused.out == "");
      CHECK(refused.err.find("CAP_NET_ADMIN") != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(FreshNamespace, "ports that the kernel chose") {
    const Handle listener = listen_on("127.0.0.1", 8000);
    const SocketName to({Address::parse("127.0.0.1"), 8000});
    const Handle client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
    check(::connect(client.get(), to.get(), to.size()), "connecting");
    const unsigned chosen = SocketName::of(client.get()).port;
    const Listing listing = list({"-a", "autobound"});
    CHECK(listing.exit_code == 0);
    CHECK(listing.rows().size() == 1);
    CHECK(row_on(listing, chosen)["local_port"] == chosen);
    // The listener, and the socket that waits in its queue with its port.
    CHECK(list({"-a", "not autobound"}).rows().size() == 2);
    CHECK(list({"-a", "autobound or not autobound"}).rows().size() == 3);
    // Where the kernel would choose others now, none of these is its choice.
    set_sysctl("net.ipv4.ip_local_port_range", "2000 2100");
    CHECK(list({"-a", "autobound"}).rows().empty());
    const Outcome proc = tcpstat({"-a", "--source", "proc", "autobound"});
    CHECK(proc.exit_code == 2);
    CHECK(proc.err.find("autobound") != std::string::npos);
  }

  TEST_CASE_FIXTURE(FreshNamespace, "subflows of MPTCP are marked") {
    const Handle listener = listen_on("127.0.0.1", 8200, {}, "", IPPROTO_MPTCP);
    if (!listener.valid()) {
      skip("this kernel has no MPTCP");
      return;
    }
    const Handle plain = listen_on("127.0.0.1", 8201);
    std::vector<Handle> ends;
    for (const std::uint16_t port : {std::uint16_t{8200}, std::uint16_t{8201}}) {
      const SocketName to({Address::parse("127.0.0.1"), port});
      ends.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, port == 8200 ? IPPROTO_MPTCP : 0));
      check(::connect(ends.back().get(), to.get(), to.size()), "connecting");
      ends.emplace_back(check(::accept(port == 8200 ? listener.get() : plain.get(), nullptr, nullptr), "accepting"));
    }
    const Listing listing = list({"-s", "ESTABLISHED", "-i"});
    CHECK(listing.rows().size() == 4);
    for (const json& row : listing.rows()) {
      const bool subflow = row["local_port"] == 8200 || row["remote_port"] == 8200;
      CHECK(row["ulp"] == (subflow ? json("mptcp") : json()));
    }
    CHECK(list({"-s", "ESTABLISHED", "ulp mptcp"}).rows().size() == 2);
    CHECK(list({"-s", "ESTABLISHED", "not ulp mptcp"}).rows().size() == 2);
  }
}

/// The mount of cgroup2, if we may make groups there.
std::string cgroup2() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device;
    std::string path;
    std::string type;
    if (words >> device >> path >> type && type == "cgroup2") return path;
  }
  return "";
}

/// Control groups below one of our own, gone with the object.
struct Groups {
  std::string top = cgroup2() + "/tcpstat-lab-" + std::to_string(::getpid());
  std::vector<std::string> made;

  bool make(const std::string& path) {
    if (::mkdir(path.c_str(), 0755) != 0) return false;
    made.push_back(path);
    return true;
  }
  ~Groups() {
    for (auto at = made.rbegin(); at != made.rend(); ++at) ::rmdir(at->c_str());
  }
};

TEST_SUITE("ends") {
  TEST_CASE_FIXTURE(FreshNamespace, "unit and container are those of the control group") {
    const std::string id(64, 'd');
    const std::string scope = "docker-" + id + ".scope";
    Groups groups;
    if (cgroup2().empty() || !groups.make(groups.top) || !groups.make(groups.top + "/" + scope)) {
      skip("control groups cannot be made here");
      return;
    }
    {
      Worker server([&](const Worker::Report& report) {
        std::ofstream(groups.top + "/" + scope + "/cgroup.procs") << ::getpid() << std::flush;
        const Handle listener = listen_on("127.0.0.1", 8000);
        report(1);
        Worker::stay();
      });
      REQUIRE(server.wait_for_report() == 1);
      // By its owner with -p, and by its own control group without.
      for (const std::vector<std::string>& words : {std::vector<std::string>{"-l", "-p"}, {"-l"}}) {
        const Listing listing = list(words);
        CHECK(row_on(listing, 8000)["unit"] == scope);
        CHECK(row_on(listing, 8000)["container"] == id);
      }
      CHECK(tcpstat({"-l", "-H", "-o", "CONTAINER"}).out == "dddddddddddd\n");
      CHECK(list({"-l", "--container", "dddddddddddd"}).rows().size() == 1);
      CHECK(list({"-l", "--container", "!dddddddddddd"}).rows().empty());
      CHECK(list({"-l", "--unit", scope}).rows().size() == 1);
      CHECK(list({"-l", "unit != nginx"}).rows().size() == 1);
      const Outcome counted = tcpstat({"summary", "-l", "--by", "container", "-f", "csv", "-H"});
      CHECK(counted.out == id + ",1\n");
      const Outcome unknown = tcpstat({"-l", "cgroup /tcpstat-lab-no-such-group"});
      CHECK(unknown.exit_code == 2);
      CHECK(unknown.err.find("there is no such group") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tcpstat::lab
