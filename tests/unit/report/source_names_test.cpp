#include "report/source_names.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("a live host's names stay as they are") {
  for (const char* list : {"sock_diag", "sock_diag, earlier sample", "/proc/net/netstat ListenOverflows",
                           "net.ipv4.tcp_syncookies", "/proc/net/sockstat, /proc/sys/net/ipv4/tcp_mem", ""}) {
    CHECK(SourceNames{}.of(list) == list);
  }
}

TEST_CASE("each place in a list becomes the one that was read, once") {
  const SourceNames names{.rows = "/mnt/proc/net/tcp", .net = "/mnt/proc/net", .root = "/mnt/proc"};
  CHECK(names.of("sock_diag, /proc/net/snmp") == "/mnt/proc/net/tcp, /mnt/proc/net/snmp");
  CHECK(names.of("/proc/net/snmp RetransSegs, OutSegs; TCPSynRetrans left out") ==
        "/mnt/proc/net/snmp RetransSegs, OutSegs; TCPSynRetrans left out");
  CHECK(names.of("/proc/PID/limits") == "/mnt/proc/PID/limits");
  CHECK(names.of("net.ipv4.tcp_max_tw_buckets") == "net.ipv4.tcp_max_tw_buckets");
}

TEST_CASE("commands read the place that was judged") {
  const std::string_view list = "tcpstat --state CLOSE_WAIT -p -i --source netlink";
  CHECK(SourceNames{}.command(list) == list);
  CHECK(SourceNames{}.command("tcpdump -nn") == "tcpdump -nn");
  const SourceNames inside{.options = "--netns web", .enter = "nsenter --net=/run/netns/web"};
  CHECK(inside.command("tcpstat -lp") == "tcpstat -lp --netns web");
  CHECK(inside.command("tcpdump -nn") == "nsenter --net=/run/netns/web tcpdump -nn");
  CHECK(inside.command("").empty());
}

TEST_CASE("what was saved can be listed, and not looked at again") {
  const SourceNames file{.options = "--source 'last night.txt'", .saved = true};
  CHECK(file.command("tcpstat -lp") == "tcpstat -lp --source 'last night.txt'");
  CHECK(file.command("tcpstat --state CLOSE_WAIT -p -i --source netlink") ==
        "tcpstat --state CLOSE_WAIT -p -i --source 'last night.txt'");
  CHECK(file.command("tcpstat") == "tcpstat --source 'last night.txt'");
  CHECK(file.command("tcpstat check --interval 5 -v").empty());
  CHECK(file.command("tcpstat trace -p -s SYN_SENT --duration 10").empty());
  CHECK(file.command("tcpstat watch --events").empty());
  CHECK(file.command("tcpdump -nn").empty());
  std::vector<Finding> findings = {
      {"rule", Severity::warning, Subject::host(), {{"quantity", 1.0, "", 0.0, "", 0, "sock_diag"}}}};
  findings[0].next = "tcpstat -l";
  file.put_into(findings);
  CHECK(findings[0].next == "tcpstat -l --source 'last night.txt'");
}

}  // namespace
}  // namespace tcpstat
