#include "parsers/procfs/kernel_facts_reader.h"

#include <doctest/doctest.h>

#include <ostream>

#include "parsers/procfs/kernel_settings.h"
#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

TEST_CASE("facts come from the files of one /proc") {
  const test::ProcRoot root;
  root.file("net/snmp", "Tcp: PassiveOpens\nTcp: 6\n");
  root.file("net/netstat", "TcpExt: ListenDrops\nTcpExt: 7\n");
  root.file("net/sockstat", "TCP: inuse 4 orphan 0 tw 0 alloc 4 mem 154\n");
  root.file("net/sockstat6", "TCP6: inuse 3\n");
  root.file("net/stat/nf_conntrack", "entries drop\n0 a\n");
  root.file("net/stat/synproxy", "entries syn_received\n0 b\n");
  root.file("net/softnet_stat", "1 c 2\n");
  root.file("sys/net/ipv4/tcp_syncookies", "1\n");
  root.file("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
  root.file("sys/net/ipv4/ip_local_reserved_ports", "40000-40009\n");
  root.file("sys/net/ipv4/tcp_mem", "287901\t383869\t575802\n");
  root.file("sys/kernel/random/boot_id", "ef11d736-58c6-41d0-9fa1-cd81e6ce7ded\n");
  root.file("uptime", "12.34 5.00\n");
  const KernelFacts facts = read_kernel_facts(root.path("net"), root.path(), read_kernel_limits(root.path()));
  CHECK(facts.counters.passive_opens == 6U);
  CHECK(facts.counters.listen_drops == 7U);
  CHECK(facts.usage.inuse == 4U);
  CHECK(facts.usage.inuse6 == 3U);
  CHECK(facts.filters.conntrack_drop == 10U);
  CHECK(facts.filters.synproxy_syn_received == 11U);
  CHECK(facts.filters.softnet_dropped == 12U);
  CHECK(facts.settings.syncookies == 1);
  CHECK_FALSE(facts.settings.somaxconn);
  CHECK(facts.settings.first_local_port == 32768U);
  CHECK(facts.settings.last_local_port == 60999U);
  CHECK(facts.settings.reserved_ports == 10U);
  CHECK(facts.settings.tcp_mem_pages[0] == 287901U);
  CHECK(facts.settings.tcp_mem_pages[2] == 575802U);
  CHECK(facts.boot_time == std::chrono::milliseconds(12340));
  CHECK(boot_id(root.path()) == "ef11d736-58c6-41d0-9fa1-cd81e6ce7ded");
  CHECK(read_kernel_counters(root.path("net")).listen_drops == 7U);
}

TEST_CASE("files that are there and cannot be read are named, and those that a tree lacks are not") {
  const test::ProcRoot root;
  std::filesystem::create_directories(root.path("net/netstat"));
  const KernelFacts facts = read_kernel_facts(root.path("net"), root.path(), {});
  REQUIRE(facts.unread.size() == 1);
  CHECK(facts.unread[0].file == "netstat");
  CHECK(facts.unread[0].path == root.path("net/netstat"));
  CHECK(facts.unread[0].error != 0);
}

TEST_CASE("files that are cut or damaged are named as those that cannot be read") {
  struct Row {
    std::string_view file;
    std::string_view text;
    bool damaged = true;
  };
  constexpr Row kRows[] = {
      {"netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 7 8\nIpExt: InOctets",
       false},                                                 // what is wanted is there
      {"netstat", "TcpExt: ListenDrops\nTcpExt: 7\n", false},  // an older kernel has fewer names
      {"netstat", ""},
      {"netstat", "TcpExt: ListenOverflows ListenDrops\n"},
      {"netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 7\n"},
      {"netstat", "TcpExt: ListenOverflows ListenDr\nTcpExt: 7 8 9\n"},
      {"netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 7 8"},
      {"netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: abc def\n"},
      {"netstat", "IpExt: InOctets\nIpExt: 5\n"},
      {"snmp", "Ip: Forwarding\nIp: 2\nTcp: MaxConn PassiveOpens\nTcp: -1 6\n", false},
      {"snmp", "Ip: Forwarding\nIp: 2\nTcp: MaxConn Passive"},
      {"snmp", "Ip: Forwarding OutNoRoutes\nIp: 2\nTcp: MaxConn PassiveOpens\nTcp: -1 6\n"},
      {"snmp", "Tcp: MaxConn PassiveOpens\nTcp: -1 6\n", false},
      {"sockstat", "sockets: used 9\nTCP: inuse 4 orphan 0\nUDP: inu", false},
      {"sockstat", "sockets: used 9\n"},
      {"sockstat", "TCP: inuse 4 orphan"},
      {"sockstat", "TCP: inuse four\n"},
      {"stat/nf_conntrack", "entries drop\n0 a\n", false},
      {"stat/nf_conntrack", "entries searched\n0 a\n", false},
      {"stat/nf_conntrack", "entries drop\n0"},
      {"stat/synproxy", "entries syn_received\n"},
      {"softnet_stat", "1 c 2\n1"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    CAPTURE(row.text);
    const test::ProcRoot root;
    root.file("net/" + std::string(row.file), std::string(row.text));
    const KernelFacts facts = read_kernel_facts(root.path("net"), root.path(), {});
    REQUIRE(facts.unread.size() == (row.damaged ? 1 : 0));
    if (!row.damaged) continue;
    CHECK(facts.unread[0].file == row.file);
    CHECK(facts.unread[0].sentence() ==
          "cannot read " + root.path("net/" + std::string(row.file)) + ": it is cut or damaged");
  }
}

TEST_CASE("sysctls of a namespace that we are not in are unknown") {
  const test::ProcRoot root;
  root.file("net/netstat", "TcpExt: ListenDrops\nTcpExt: 7\n");
  const KernelFacts facts = read_kernel_facts(root.path("net"), "", {});
  CHECK(facts.counters.listen_drops == 7U);
  CHECK_FALSE(facts.settings.syncookies);
  CHECK_FALSE(facts.settings.first_local_port);
  CHECK_FALSE(facts.settings.tcp_mem_pages[0]);
}

TEST_CASE("an empty /proc tells nothing") {
  const test::ProcRoot root;
  const KernelFacts facts = read_kernel_facts(root.path("net"), root.path(), read_kernel_limits(root.path()));
  CHECK_FALSE(facts.counters.listen_drops);
  CHECK_FALSE(facts.usage.inuse);
  CHECK_FALSE(facts.filters.softnet_dropped);
  CHECK_FALSE(facts.settings.reserved_ports);
  CHECK_FALSE(boot_id(root.path()));
}

TEST_CASE("no other text names a boot") {
  const test::ProcRoot root;
  for (const std::string text :
       {"", "ef11d736", "ef11d736-58c6-41d0-9fa1-cd81e6ce7de\x1b", "EF11D736 58C6 41D0 9FA1 CD81E6CE7DED!"}) {
    CAPTURE(text);
    root.file("sys/kernel/random/boot_id", text);
    CHECK_FALSE(boot_id(root.path()));
  }
}

}  // namespace
}  // namespace tcpstat::procfs
