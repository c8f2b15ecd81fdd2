#include "parsers/procfs/filter_counters.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::procfs {
namespace {

// Linux 6.18.44 with two CPUs; the numbers are made up.
constexpr auto kConntrack =
    "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  "
    "expect_new expect_create expect_delete search_restart\n"
    "00000010  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 0000000a 00000100 "
    "00000000  00000000 00000000 00000000 00000000\n"
    "00000010  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002 ffffffff 00000000 "
    "00000000  00000000 00000000 00000000 00000000\n";
constexpr auto kSynproxy =
    "entries\t\tsyn_received\tcookie_invalid\tcookie_valid\tcookie_retrans\tconn_reopened\n"
    "00000000\t00000c08\t00000001\t00000050\t00000000\t00000000\n"
    "00000000\t00000001\t00000000\t00000000\t00000000\t00000000\n";
constexpr auto kSoftnet =
    "0000001c 00000003 00000000 00000000\n"
    "000002ca 0000000c 00000000 00000000\n";

FilterCounters filter_counters(std::string_view conntrack, std::string_view synproxy, std::string_view softnet) {
  FilterCounters counters;
  add_filter_counters("stat/nf_conntrack", conntrack, counters);
  add_filter_counters("stat/synproxy", synproxy, counters);
  add_filter_counters("softnet_stat", softnet, counters);
  return counters;
}

TEST_CASE("counters of filters are sums over CPUs of hexadecimal numbers") {
  const FilterCounters counters = filter_counters(kConntrack, kSynproxy, kSoftnet);
  CHECK(counters.conntrack_insert_failed == 3U);
  CHECK(counters.conntrack_drop == 0x100000009U);
  CHECK(counters.conntrack_early_drop == 0x100U);
  CHECK(counters.synproxy_syn_received == 3081U);
  CHECK(counters.synproxy_cookie_valid == 80U);
  CHECK(counters.synproxy_cookie_invalid == 1U);
  CHECK(counters.softnet_dropped == 15U);
}

TEST_CASE("no file, no numbers") {
  const FilterCounters counters = filter_counters("", "", "");
  CHECK_FALSE(counters.conntrack_drop);
  CHECK_FALSE(counters.synproxy_syn_received);
  CHECK_FALSE(counters.softnet_dropped);
}

TEST_CASE("a sum that lacks a CPU is no sum") {
  CHECK_FALSE(filter_counters("", "", "0000001c 00000003 0\n000002ca\n").softnet_dropped);
  CHECK_FALSE(filter_counters("", "", "0000001c 00000003 0\n000002ca 000000").softnet_dropped);
  CHECK_FALSE(filter_counters("", "", "0000001c 1ffffffff 0\n").softnet_dropped);
  CHECK_FALSE(filter_counters("entries drop\n0 zz\n", "", "").conntrack_drop);
  CHECK_FALSE(filter_counters("entries drop\n", "", "").conntrack_drop);
  CHECK_FALSE(filter_counters("entries dropped\n0 1\n", "", "").conntrack_drop);
}

}  // namespace
}  // namespace tcpstat::procfs
