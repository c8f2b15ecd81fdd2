#pragma once
// Where the kernel that runs puts the fields of sock:inet_sock_set_state.

#include <string>
#include <string_view>

#include "base/error.h"
#include "parsers/tracefs/trace_record.h"

namespace tcpstat::tracefs {

/// From the text of the event's `format` file; a field that it lacks has no size.
Expected<RecordLayout> parse_layout(const std::string& format);
Expected<RecordLayout> read_layout(const std::string& path);

}  // namespace tcpstat::tracefs
