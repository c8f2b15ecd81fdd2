#pragma once
// Where an event stands in a line of a trace, as the kernel, trace-cmd(1) and perf(1) print it.

#include <optional>
#include <string_view>

namespace tcpstat::logs {

/// One of sock:inet_sock_set_state, or of tcp:tcp_set_state, as Linux 4.15 called it.
struct TraceEvent {
  std::string_view head;    ///< what stands before the event: its last word is the time, if there is one
  std::string_view fields;  ///< what the event says
};

/// Nothing for a line that is no such event.
std::optional<TraceEvent> trace_event(std::string_view line);

/// Whether a process and its number come first, with the blanks before them or without.
bool begins_with_process(std::string_view line);

/// Whether the line is an event of any name: a time with something behind it, and before it nothing or a process.
bool looks_like_event(std::string_view line);

}  // namespace tcpstat::logs
