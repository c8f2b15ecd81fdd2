#pragma once
// One line of a log of TCP sockets -> what it says. Each line shows by itself what kind it is: tcpstat's ndjson, the text
// of the tracepoint sock:inet_sock_set_state, or the table of bcc's tcpstates. Pure.

#include <string>
#include <string_view>

#include "model/log_record.h"

namespace tcpstat::logs {

class TransitionLog {
 public:
  /// What the record points to lives until the next call.
  LogRecord decode(std::string_view line);

 private:
  std::string text_;  // strings of the JSON object that the record points to
  std::string host_;
};

namespace log_json {
/// `socket` and `host` hold what the record points to.
LogRecord decode(std::string_view line, std::string& socket, std::string& host);
}  // namespace log_json

namespace trace_line {
/// Whether it is a line of a trace at all.
bool recognizes(std::string_view line);
/// Of `trace`, `trace_pipe`, perf-script(1) and trace-cmd-report(1), with options/fields or without.
LogRecord decode(std::string_view line);
}  // namespace trace_line

namespace tcpstates_line {
bool recognizes(std::string_view line);
LogRecord decode(std::string_view line);
}  // namespace tcpstates_line

/// The state that one word of a log names; nothing for groups and what is no state.
std::optional<LoggedState> logged_state(std::string_view word);

/// Takes the first word of `text` away, without the blanks before it; empty at the end.
std::string_view take_word(std::string_view& text);
/// Takes the last word away.
std::string_view take_last_word(std::string_view& text);
/// Decimal seconds, as "6300.358534".
std::optional<LogTime> seconds_of(std::string_view word);

}  // namespace tcpstat::logs
