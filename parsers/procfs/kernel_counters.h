#pragma once
// /proc/net/snmp and /proc/net/netstat, from text: pure. Groups are two lines, names and values in the same order
// (net/ipv4/proc.c, snmp_seq_show_tcp_udp() and netstat_seq_show()):
//
//   TcpExt: SyncookiesSent SyncookiesRecv ...
//   TcpExt: 171 3 ...
//
// Kernels differ in which columns they have and where; some values are negative (MaxConn).

#include <string_view>

#include "model/kernel_facts.h"

namespace tcpstat::procfs {

/// Fills in what `text` has of the counters that `file` ("snmp", "netstat") prints; the others stay as they are. False
/// if the groups that have them were cut, or a value is no number. A missing name is no failure, because kernels differ
/// in their names.
bool add_counters(std::string_view file, std::string_view text, KernelCounters& to);

}  // namespace tcpstat::procfs
