#pragma once
// How many connections of Multipath TCP there are, and of how many subflows.

#include <optional>

#include "filter/filter.h"
#include "model/host.h"
#include "report/summary.h"

namespace tcpstat::survey {

/// Counts those that the filter matches. The first dump is of MPTCP; if that has connections, a second one reads those
/// of TCP with tcp_info, because the kernel tells only with it which ones are subflows. Nothing if one cannot be read.
std::optional<MptcpCounts> count_mptcp(Host& host, const filter::Filter& filter);

}  // namespace tcpstat::survey
