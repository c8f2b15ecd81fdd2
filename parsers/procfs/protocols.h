#pragma once
// /proc/net/protocols, from text: pure. A heading, then a line a protocol (net/core/sock.c, proto_seq_printf()):
//
//   protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em
//   MPTCP     1936      3     333   no       0   yes  kernel      y  y  y  n  y  y  y  y  y  y  y  y  n  n  y  y  y  n

#include <string_view>

namespace tcpstat::procfs {

/// Whether `text` says that the namespace has no socket of MPTCP that listens or is connected, on a kernel of that
/// release. False: it has some, or nothing tells.
bool has_no_mptcp(std::string_view text, std::string_view release);

}  // namespace tcpstat::procfs
