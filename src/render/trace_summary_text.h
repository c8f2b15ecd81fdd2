#pragma once
// What a trace has counted, for people.

#include <string>
#include <string_view>
#include <vector>

#include "render/device_names.h"
#include "render/documents.h"
#include "report/trace_summary.h"

namespace tcpstat::render {

/// One line: how handshakes ended, as far as that is known.
std::string handshake_text(const HandshakeCounts& of);
/// Writes a table of how long connections were in each state, by listener; nothing if nothing was timed. Returns the
/// headings of the columns that the terminal had no room for.
std::vector<std::string_view> write_state_times(const Page& page, const TraceSummary& summary,
                                                const DeviceNames& devices);

}  // namespace tcpstat::render
