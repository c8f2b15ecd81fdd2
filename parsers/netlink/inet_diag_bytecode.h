#pragma once
// The part of a filter that the kernel can evaluate (parsers/netlink/kernel_part.h) as INET_DIAG_REQ_BYTECODE. Pure:
// bytes out, no socket.

#include <cstddef>
#include <vector>

#include "parsers/netlink/kernel_part.h"

namespace tcpstat::netlink::inet_diag {

/// Empty if every row passes.
std::vector<std::byte> bytecode(const filter::Filter& filter, Wanted wanted = Wanted::matches,
                                KernelTests tests = KernelTests::all);

}  // namespace tcpstat::netlink::inet_diag
