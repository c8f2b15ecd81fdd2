#pragma once
// What tcpstat may call a scenario, in its own words, and what many of them begin with.

#include "scenario.h"

namespace tcpstat::lab {

inline constexpr const char* kRandom = "flood: random sources";
inline constexpr const char* kMixed = "flood: mixed";
inline constexpr const char* kSingle = "flood: single source";
inline constexpr const char* kSubnet = "flood: subnet";
inline constexpr const char* kFlashCrowd = "flash crowd";
inline constexpr const char* kOverflow = "accept-queue overflow";
inline constexpr const char* kDeferred = "deferred accept";
inline constexpr const char* kLossy = "lossy clients";
inline constexpr const char* kReturnPath = "return path or replay";
inline constexpr const char* kScan = "port scan";
inline constexpr const char* kResets = "live-source resets";
inline constexpr const char* kStray = "stray SYNs";
inline constexpr const char* kSmallQueue = "SYN queue too small";
inline constexpr const char* kQuiet = "";

/// Clients without loss.
inline Crowd crowd(double rate, milliseconds rtt) { return {.rate = rate, .rtt = rtt}; }
inline Crowd crowd(double rate, int rtt_ms = 50) { return crowd(rate, milliseconds(rtt_ms)); }

}  // namespace tcpstat::lab
