#pragma once
// Connections whose small segments come through, and whose full ones do not: the path MTU is smaller than this host
// believes, and ICMP that says so does not arrive (RFC 2923 §2.1).

#include "model/connection.h"

namespace tcpstat::diagnose {

inline constexpr const char* kSmallerMtu =
    "small segments do: the path MTU may be smaller, and ICMP that says so may be dropped";
inline constexpr const char* kFindMtu =
    "try ping -M do -s 1472 to one of them; let ICMP fragmentation-needed pass, or clamp the MSS";

/// It sends a full segment in vain, and has never had one acknowledged, though the handshake came through.
bool waits_for_first_full_segment(const Connection& row);

}  // namespace tcpstat::diagnose
