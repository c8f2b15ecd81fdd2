#pragma once
// The part of a filter that the kernel can evaluate, as INET_DIAG_REQ_BYTECODE. The kernel's answer is a superset of
// what the filter matches: everything is evaluated once more by Filter::matches(), so that all sources agree.
// Pure: bytes out, no socket.

#include <cstddef>
#include <vector>

#include "filter/filter.h"

namespace tcpstat::netlink::inet_diag {

/// Conditions on ports and address prefixes; empty if there are none, or so many that they do not fit.
std::vector<std::byte> bytecode(const filter::Filter& filter);

}  // namespace tcpstat::netlink::inet_diag
