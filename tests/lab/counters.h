// The kernel's counters of the current namespace as it prints them, read without the program under test.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace tcpstat::lab {

/// "TcpExt.SyncookiesSent", "Tcp.PassiveOpens", …
using Counters = std::map<std::string, std::int64_t>;

Counters read_counters();

/// How much each has grown since `before`.
Counters operator-(const Counters& after, const Counters& before);

}  // namespace tcpstat::lab
