#pragma once
// /proc/net/sockstat and sockstat6, from text: pure. A line a protocol, names and values in turn
// (net/ipv4/proc.c, sockstat_seq_show()):
//
//   TCP: inuse 4 orphan 0 tw 0 alloc 4 mem 154

#include <string_view>

#include "model/kernel_facts.h"

namespace tcpstat::procfs {

/// Fills in what `text` has of either file; the others stay as they are. False if there is no whole line of TCP, or a
/// value is no number.
bool add_socket_usage(std::string_view text, SocketUsage& to);

}  // namespace tcpstat::procfs
