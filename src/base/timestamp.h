#pragma once
// Points in time as text: RFC 3339 in UTC with milliseconds.

#include <string>

struct timespec;

namespace tcpstat {

/// "2026-11-23T07:00:00.123Z"
std::string timestamp(const timespec& time);

}  // namespace tcpstat
