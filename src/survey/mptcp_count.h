#pragma once
// How many connections of Multipath TCP there are, and of how many subflows.

#include <optional>

#include "filter/filter.h"
#include "model/host.h"
#include "report/summary.h"

namespace tcpstat::survey {

/// Of those that the filter matches, by a dump of the first and, where there is one, another of the second: the kernel
/// tells of each connection of TCP whether it is a subflow beside its tcp_info alone. Nothing where that cannot be read.
std::optional<MptcpCounts> count_mptcp(Host& host, const filter::Filter& filter);

}  // namespace tcpstat::survey
