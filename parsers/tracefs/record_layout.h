#pragma once
// Where the running kernel puts the fields of its tracepoints.

#include <string>
#include <string_view>

#include "base/error.h"
#include "parsers/tracefs/trace_record.h"

namespace tcpstat::tracefs {

struct EventName {
  const char* system;
  const char* event;
};
inline constexpr EventName kTransitionEvent{"sock", "inet_sock_set_state"};
inline constexpr EventName kResetEvent{"tcp", "tcp_receive_reset"};

/// From the text of the event's `format` file.
Expected<RecordLayout> parse_layout(const std::string& format, EventName name = kTransitionEvent);
Expected<RecordLayout> read_layout(const std::string& path, EventName name = kTransitionEvent);

}  // namespace tcpstat::tracefs
