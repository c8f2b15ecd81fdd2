// Network namespaces with sockets in them, to be read in one run.
#pragma once

#include <functional>

namespace tcpstat::bench {

/// Runs `inside` where /proc shows `count` processes in network namespaces of their own and nobody else's, each with
/// `connections` over its loopback. What it returns, or 2 and a sentence on standard error.
int among_namespaces(int count, int connections, const std::function<int()>& inside);

}  // namespace tcpstat::bench
