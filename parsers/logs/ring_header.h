#pragma once
// What the comments of a trace say of the ring that it was read from: a full one overwrites its oldest entries.

#include <optional>
#include <string_view>

#include "model/log_record.h"

namespace tcpstat::logs {

/// Nothing for a line that says nothing of the kind.
std::optional<OverwrittenEntries> ring_entries(std::string_view line);

}  // namespace tcpstat::logs
