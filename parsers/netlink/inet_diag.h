#pragma once
// One row of a sock_diag dump, from bytes: pure, knows no socket and no file.
//
//   struct inet_diag_msg (72 bytes)              include/uapi/linux/inet_diag.h
//   +--------+-------+-------+---------+
//   | family | state | timer | retrans |
//   +--------+-------+-------+---------+------------------------------------------------------+
//   | sport be16 | dport be16 | src[4] be32 | dst[4] be32 | if u32 | cookie[2] u32            |
//   +------------------------------------------------------------------------------------------+
//   | expires ms | rqueue | wqueue | uid | inode           u32 each, native order            |
//   +-------------------------------------------------------------------------------------------+
//   | attributes: len u16, type u16, payload, padded to 4 …                                    |
//   +-------------------------------------------------------------------------------------------+

#include <cstddef>
#include <span>
#include <variant>

#include "model/connection.h"
#include "model/flaw.h"
#include "model/listener.h"
#include "model/protocol.h"

namespace tcpstat::netlink::inet_diag {

using Row = std::variant<Connection, Listener, Flaw>;

/// Decodes the payload of one SOCK_DIAG_BY_FAMILY (or TCPDIAG_GETSOCK) message. Views in the row point into `payload`.
/// `protocol` is what the dump was asked for: attributes of the same number mean other things.
Row decode(std::span<const std::byte> payload, Protocol protocol = Protocol::tcp);

}  // namespace tcpstat::netlink::inet_diag
