// What belongs to a socket besides addresses and ports: its device, IPV6_V6ONLY, protocols on top of TCP, and the unit
// and the container of those who hold it.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "address.h"
#include "conversation.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"
#include "privileges.h"
#include "tun_peer.h"
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

  TEST_CASE_FIXTURE(FreshNamespace, "what check says of a listener names the device that it is bound to") {
    const Handle bound = listen_on("127.0.0.1", 8900, {}, "lo");  // with room for six
    std::vector<Handle> clients;
    for (int i = 0; i < 6; ++i) {
      const SocketName to({Address::parse("127.0.0.1"), 8900});
      clients.emplace_back(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
      check(::connect(clients.back().get(), to.get(), to.size()), "connecting");
    }
    const Outcome judged = tcpstat({"check", "--rule", "accept-queue-full", "--json"});
    const json document = json::parse(judged.out);
    REQUIRE(document["findings"].size() == 1);
    CHECK(document["findings"][0]["subject"] == "127.0.0.1%lo:8900");
  }

  TEST_CASE_FIXTURE(FreshNamespace, "half-opens are of the listener that is bound to their device") {
    TunPeer peer;
    const Handle there = listen_on("0.0.0.0", 8950, {}, "lab0");
    const Handle here = listen_on("0.0.0.0", 8950, {}, "lo");
    const Handle any = listen_on("0.0.0.0", 8951);
    constexpr unsigned kClients = 60;
    check(::listen(there.get(), kClients), "making room");
    std::vector<Conversation> clients;
    for (unsigned i = 0; i < kClients; ++i) {
      const Endpoint remote{lab::Address::peer(Family::ipv4, 1000 + i), static_cast<std::uint16_t>(20000 + i)};
      clients.push_back(Conversation::to_listener(peer, {TunPeer::local(Family::ipv4), 8950}, remote));
      clients.back().send_syn();
    }
    for (const json& row : list({"-l", "--local-port", "8950"}).rows()) {
      CAPTURE(row.dump());
      CHECK((row["syn_recv"] > 0) == (row["interface"] == "lab0"));
    }
    const json summary = json::parse(tcpstat({"summary", "-j"}).out);
    for (const json& row : summary["listeners"]) {
      if (row["local_port"] == 8950) CHECK((row["syn_recv"] > 0) == (row["interface"] == "lab0"));
    }
    // The SYN+ACK of each has been sent again: nobody answers.
    std::this_thread::sleep_for(std::chrono::milliseconds(3500));
    const json judged = json::parse(tcpstat({"check", "-j"}).out);
    std::set<std::string> subjects;
    for (const json& verdict : judged["verdicts"]) subjects.insert(verdict["subject"]);
    CHECK(subjects.contains("0.0.0.0%lab0:8950"));
    CHECK_FALSE(subjects.contains("0.0.0.0%lo:8950"));
    CHECK_FALSE(subjects.contains("0.0.0.0:8950"));
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

  TEST_CASE_FIXTURE(FreshNamespace, "a connection of MPTCP, and the two subflows that it has at either end") {
    const Handle listener = listen_on("0.0.0.0", 8200, {}, "", IPPROTO_MPTCP);
    if (!listener.valid() || run({"ip", "mptcp", "limits", "set", "subflow", "1"}).exit_code != 0) {
      skip("this kernel has no MPTCP, or ip(8) knows none");
      return;
    }
    REQUIRE(run({"ip", "mptcp", "endpoint", "add", "127.0.0.2", "subflow"}).exit_code == 0);
    const SocketName to({Address::parse("127.0.0.1"), 8200});
    const Handle client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP));
    check(::connect(client.get(), to.get(), to.size()), "connecting");
    const Handle server(check(::accept(listener.get(), nullptr, nullptr), "accepting"));
    // The second one is made when data has come, by the kernel's path manager.
    check(static_cast<int>(::send(client.get(), "x", 1, 0)), "sending");
    const auto joined = [] { return list({"mptcp_role joined"}).rows().size() == 2; };
    for (int tries = 0; tries < 100 && !joined(); ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE(joined());

    const Listing subflows = list({"-i", "-s", "ESTABLISHED"});
    REQUIRE(subflows.rows().size() == 4);
    std::map<std::uint64_t, std::multiset<std::string>> roles;
    for (const json& row : subflows.rows()) {
      CHECK(row["ulp"] == "mptcp");
      roles[row["mptcp_token"].get<std::uint64_t>()].insert(row["mptcp_role"].get<std::string>());
    }
    // An end is a token of its own.
    REQUIRE(roles.size() == 2);
    for (const auto& [token, of_end] : roles) CHECK(of_end == std::multiset<std::string>{"initial", "joined"});

    const Listing connections = list({"-a", "-M"});
    REQUIRE(connections.rows().size() == 3);
    for (const json& row : connections.rows()) {
      if (row["state"] == "LISTEN") {
        CHECK(row["mptcp_token"].is_null());
      } else {
        CHECK(roles.contains(row["mptcp_token"].get<std::uint64_t>()));
      }
      CHECK(row["tcp_info"].is_null());
    }
    CHECK(list({"-M", "sport = :8200"}).rows().size() == 1);
    CHECK(list({"-M", "-6"}).rows().empty());
    CHECK(tcpstat({"-M", "--source", "proc"}).exit_code == 2);
    const Outcome grouped = tcpstat({"summary", "--by", "mptcp_token", "ulp mptcp and state established"});
    for (const auto& [token, of_end] : roles) CHECK(grouped.out.find(std::to_string(token)) != std::string::npos);
    const json counted = json::parse(tcpstat({"summary", "--json"}).out)["mptcp"];
    CHECK(counted == json{{"connections", 2}, {"subflows", 4}});
  }

  TEST_CASE_FIXTURE(FreshNamespace, "each end of MPTCP is listed for as long as it is there") {
    const auto rows = [] { return list({"-a", "-M"}).rows().size(); };
    const auto counted = [] { return json::parse(tcpstat({"summary", "--json"}).out)["mptcp"]; };
    const json none{{"connections", 0}, {"subflows", 0}};
    for (const char* address : {"127.0.0.1", "::1"}) {
      CAPTURE(address);
      Handle listener = listen_on(address, 8300, {}, "", IPPROTO_MPTCP);
      if (!listener.valid()) {
        skip("this kernel has no MPTCP");
        return;
      }
      CHECK(rows() == 1);
      CHECK(counted() == none);
      const SocketName to({Address::parse(address), 8300});
      const int family = Address::parse(address).family == Family::ipv4 ? AF_INET : AF_INET6;
      std::vector<Handle> clients;
      std::vector<Handle> servers;
      for (int i = 0; i < 3; ++i) {
        clients.emplace_back(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP));
        check(::connect(clients.back().get(), to.get(), to.size()), "connecting");
        servers.emplace_back(check(::accept(listener.get(), nullptr, nullptr), "accepting"));
      }
      // The listener was dumped before it took them, so all that it took have its cookie.
      CHECK(rows() == 7);
      listener = Handle();
      CHECK(rows() == 6);
      CHECK(counted() == json{{"connections", 6}, {"subflows", 6}});
      clients.clear();
      CHECK(rows() >= 3);  // the servers' at least
      servers.clear();
      for (int tries = 0; tries < 100 && rows() > 0; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      CHECK(rows() == 0);
      CHECK(counted() == none);
    }
  }

  TEST_CASE_FIXTURE(FreshNamespace, "options and memory of a socket") {
    const auto with = [](int option, std::uint16_t port) {
      Handle handle(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
      const int on = 1;
      check(::setsockopt(handle.get(), IPPROTO_IP, option, &on, sizeof on), "setting an option");
      const SocketName name({Address::parse("192.0.2.9"), port});  // no address of this host
      check(::bind(handle.get(), name.get(), name.size()), "binding");
      check(::listen(handle.get(), 5), "listening");
      return handle;
    };
    const Handle transparent = with(IP_TRANSPARENT, 8600);
    const Handle free = with(IP_FREEBIND, 8601);
    const Handle plain = listen_on("127.0.0.1", 8602);
    const Listing listing = list({"-l", "-m"});
    CHECK(row_on(listing, 8600)["transparent"] == true);
    CHECK(row_on(listing, 8600)["freebind"] == false);
    CHECK(row_on(listing, 8601)["freebind"] == true);
    CHECK(row_on(listing, 8602)["transparent"] == false);
    CHECK(list({"-l", "transparent yes or freebind yes"}).rows().size() == 2);
    CHECK(list({"-l", "not transparent yes"}).rows().size() == 2);
    CHECK(row_on(list({"-l"}), 8602)["memory"].is_null());

    const SocketName to({Address::parse("127.0.0.1"), 8602});
    const Handle client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
    check(::connect(client.get(), to.get(), to.size()), "connecting");
    const std::string data(20'000, 'x');
    check(static_cast<int>(::send(client.get(), data.data(), data.size(), 0)), "sending");
    const Listing full = list({"-m", "recvq > 0"});
    REQUIRE(full.rows().size() == 1);
    const json memory = full.rows()[0]["memory"];
    CHECK(memory["mem_recv"] >= data.size());
    CHECK(memory["mem_recv_limit"] > memory["mem_recv"]);
    CHECK(memory["mem"] >= memory["mem_recv"]);
    CHECK(list({"mem > 10k and sport = :8602"}).rows().size() == 1);
    CHECK(tcpstat({"-m", "--source", "proc", "mem > 1"}).exit_code == 2);
  }

  TEST_CASE_FIXTURE(FreshNamespace, "the kernel filters by device and by mark as the filter does") {
    const Handle bound = listen_on("127.0.0.1", 8700, {}, "lo");
    const Handle marked = listen_on("127.0.0.1", 8701);
    const Handle plain = listen_on("127.0.0.1", 8702);
    const int mark = 7;
    check(::setsockopt(marked.get(), SOL_SOCKET, SO_MARK, &mark, sizeof mark), "SO_MARK");
    const auto ports = [](const std::string& filter) {
      std::set<unsigned> out;
      for (const json& row : list({"-l", filter}).rows()) out.insert(row["local_port"].get<unsigned>());
      return out;
    };
    using Ports = std::set<unsigned>;
    CHECK(ports("dev lo") == Ports{8700});
    CHECK(ports("not dev lo") == Ports{8701, 8702});
    CHECK(ports("dev 0 and fwmark 7") == Ports{8701});
    CHECK(ports("dev lo or fwmark 2/3") == Ports{8700});
    CHECK(ports("dev lo or fwmark 3/3") == Ports{8700, 8701});
    CHECK(ports("not ( dev lo or fwmark 7 )") == Ports{8702});
    CHECK(ports("sport = :8702 or not fwmark 0") == Ports{8701, 8702});
  }

  TEST_CASE_FIXTURE(FreshNamespace, "rates of a connection are those of two samples") {
    const Handle listener = listen_on("127.0.0.1", 8800);
    const SocketName to({Address::parse("127.0.0.1"), 8800});
    const Handle client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
    check(::connect(client.get(), to.get(), to.size()), "connecting");
    const Handle server(check(::accept(listener.get(), nullptr, nullptr), "accepting"));
    std::atomic<bool> enough = false;
    std::thread sender([&] {
      while (!enough) {
        static_cast<void>(::send(client.get(), "0123456789", 10, MSG_DONTWAIT));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    const Listing listing = list({"--rate", "--interval", "0.3", "-s", "ESTABLISHED"});
    const Listing fast = list({"sent_bps > 0", "--interval", "0.3"});
    enough = true;
    sender.join();
    REQUIRE(listing.rows().size() == 2);
    for (const json& row : listing.rows()) {
      const bool sends = row["remote_port"] == 8800;
      CHECK((row["rates"]["sent_bps"] > 0) == sends);
      CHECK((row["rates"]["received_bps"] > 0) == !sends);
      CHECK(row["rates"]["retrans_per_s"] == 0);
    }
    CHECK(fast.rows().size() == 1);
    CHECK(list({"-s", "ESTABLISHED"}).rows()[0]["rates"].is_null());
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
