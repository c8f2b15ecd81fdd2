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

}  // namespace
}  // namespace tcpstat
