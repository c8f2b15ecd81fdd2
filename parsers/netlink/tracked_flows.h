#pragma once
// The half-open TCP connections that connection tracking knows, over NETLINK_NETFILTER. This takes CAP_NET_ADMIN over
// the network namespace (net/netfilter/nfnetlink.c, nfnetlink_rcv()).

#include <chrono>
#include <optional>

#include "base/error.h"
#include "model/tracked_flow.h"

namespace tcpstat::netlink {

/// Reads those of the namespace that the calling thread is in; EPERM without the right. The request may make the kernel
/// load nf_conntrack_netlink, so make it only where connection tracking is at work.
Expected<void> read_tracked_flows(std::optional<std::chrono::milliseconds> timeout, TrackedFlowSink& sink);

}  // namespace tcpstat::netlink
