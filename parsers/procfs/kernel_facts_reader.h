#pragma once
// What the kernel counts and how it is set, from /proc. Text is taken apart by kernel_counters, kernel_settings,
// socket_usage and filter_counters.

#include <optional>
#include <string>

#include "model/kernel_facts.h"

namespace tcpstat::procfs {

/// The counters alone: two files, for reads that come often. `proc_net` is the directory of the namespace:
/// /proc/thread-self/net, /proc/PID/net, D/net.
KernelCounters read_kernel_counters(const std::string& proc_net);

/// Everything, counters first. What cannot be read stays unknown. `limits` are the sysctls that were read already. The
/// others are read in the namespace that the calling thread is in, below `proc_root`; an empty `proc_root` says that
/// `proc_net` is of another one, whose sysctls cannot be read.
KernelFacts read_kernel_facts(const std::string& proc_net, const std::string& proc_root, const KernelLimits& limits);

/// Names this run of the kernel; nothing where /proc does not tell.
std::optional<std::string> boot_id(const std::string& proc_root);

}  // namespace tcpstat::procfs
