#include "parsers/procfs/kernel_counters.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::procfs {
namespace {

// Linux 6.18.44, cut to what matters here.
constexpr auto kSnmp =
    "Ip: Forwarding DefaultTTL InReceives\n"
    "Ip: 2 64 730\n"
    "IcmpMsg: OutType3\n"
    "IcmpMsg: 1\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs "
    "OutSegs "
    "RetransSegs InErrs OutRsts InCsumErrors\n"
    "Tcp: 1 200 120000 -1 17 6 3 2 1 703 398 9 0 4 0\n"
    "Udp: InDatagrams NoPorts\n"
    "Udp: 5 0\n";

KernelCounters counted(std::string_view file, std::string_view text) {
  KernelCounters counters;
  add_counters(file, text, counters);
  return counters;
}

TEST_CASE("counters are found by name, beside negative ones") {
  const KernelCounters counters = counted("snmp", kSnmp);
  CHECK(counters.active_opens == 17U);
  CHECK(counters.passive_opens == 6U);
  CHECK(counters.attempt_fails == 3U);
  CHECK(counters.estab_resets == 2U);
  CHECK(counters.curr_estab == 1U);
  CHECK(counters.in_segs == 703U);
  CHECK(counters.out_segs == 398U);
  CHECK(counters.retrans_segs == 9U);
  CHECK(counters.out_rsts == 4U);
  CHECK_FALSE(counters.listen_drops);
}

TEST_CASE("the counters of IP stand in the same file") {
  const KernelCounters counters = counted(
      "snmp", "Ip: Forwarding OutDiscards OutNoRoutes ReasmTimeout\nIp: 2 1 270 0\nTcp: ActiveOpens\nTcp: 17\n");
  CHECK(counters.out_no_routes == 270U);
  CHECK(counters.active_opens == 17U);
}

TEST_CASE("a column elsewhere, a missing one and an unknown one change no other") {
  const KernelCounters counters =
      counted("netstat", "TcpExt: ListenDrops TCPFromTheFuture SyncookiesSent\nTcpExt: 251 99 171\n");
  CHECK(counters.listen_drops == 251U);
  CHECK(counters.syncookies_sent == 171U);
  CHECK_FALSE(counters.syncookies_recv);
}

TEST_CASE("a name counts only in its own group and file") {
  CHECK_FALSE(counted("netstat", "IpExt: ListenDrops\nIpExt: 5\n").listen_drops);
  CHECK_FALSE(counted("snmp", "TcpExt: ListenDrops\nTcpExt: 5\n").listen_drops);
  CHECK(counted("netstat", "TcpExt: ListenDrops\nTcpExt: 5\n").listen_drops == 5U);
}

TEST_CASE("64 bits are all read, more than that is no number") {
  CHECK(counted("netstat", "TcpExt: ListenDrops\nTcpExt: 18446744073709551615\n").listen_drops == UINT64_MAX);
  CHECK_FALSE(counted("netstat", "TcpExt: ListenDrops\nTcpExt: 18446744073709551616\n").listen_drops);
  CHECK_FALSE(counted("netstat", "TcpExt: ListenDrops\nTcpExt: -1\n").listen_drops);
  CHECK_FALSE(counted("netstat", "TcpExt: ListenDrops\nTcpExt: 5x\n").listen_drops);
}

TEST_CASE("the last number of a file that was cut may be half of one") {
  const KernelCounters counters = counted("netstat", "TcpExt: SyncookiesSent ListenDrops\nTcpExt: 171 25");
  CHECK(counters.syncookies_sent == 171U);
  CHECK_FALSE(counters.listen_drops);
}

TEST_CASE("every beginning of a file tells what the whole tells, or nothing") {
  const std::string_view whole = kSnmp;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const KernelCounters counters = counted("snmp", whole.substr(0, size));
    CHECK(counters.passive_opens.value_or(6) == 6);
    CHECK(counters.in_segs.value_or(703) == 703);
    CHECK(counters.out_rsts.value_or(4) == 4);
  }
}

TEST_CASE("names without values, values without names and other text tell nothing") {
  for (const auto* text :
       {"", "\n\n", ":\n:\n", "TcpExt: ListenDrops\n", "TcpExt: 5\n", "TcpExt ListenDrops\nTcpExt 5\n",
        "TcpExt: ListenDrops\nIpExt: 5\n", "TcpExt: ListenDrops\nTcpExt:\n"}) {
    CAPTURE(text);
    CHECK_FALSE(counted("netstat", text).listen_drops);
  }
}

TEST_CASE("a group among groups of one line is found") {
  CHECK(counted("netstat", "MPTcpExt: A\nTcpExt: ListenDrops\nTcpExt: 5\nIpExt: B\n").listen_drops == 5U);
}

TEST_CASE("a counter grows, wraps at 32 bits, or began anew") {
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32U;
  CHECK(growth(5, 5) == 0U);
  CHECK(growth(5, 8) == 3U);
  CHECK(growth(kWrap - 1, kWrap + 1) == 2U);  // 64 bits do not wrap there
  CHECK(growth(kWrap - 1, 1) == 2U);
  CHECK(growth(kWrap / 2, 0) == kWrap / 2);
  CHECK_FALSE(growth(kWrap / 2 - 1, 0));  // a fall of less than 2^31: a reset
  CHECK_FALSE(growth(100, 5));
  CHECK_FALSE(growth(kWrap + 7, 5));  // never a 32-bit counter
  CHECK_FALSE(growth(std::nullopt, 5));
  CHECK_FALSE(growth(5, std::nullopt));
}

}  // namespace
}  // namespace tcpstat::procfs
