#pragma once
// Reads the sysctls that give timers a meaning.

#include <string>

#include "model/kernel_limits.h"

namespace tcpstat::procfs {

/// Of the namespace we are in, below `proc_root` ("/proc"); what cannot be read stays unknown.
KernelLimits read_kernel_limits(const std::string& proc_root);

}  // namespace tcpstat::procfs
