#pragma once
// tcpstat watch on a terminal that can be drawn on.

#include "cli/verbs/watching.h"

namespace tcpstat::cli::verbs {

/// Whether the live view is what this watch shows: a format for people on a terminal with a cursor. Where that is there and
/// the rows are not for the live view, a note says so.
bool is_live(const options::WatchCommand& watch, const Watched& watched);
ExitStatus watch_live(const options::WatchCommand& watch, const Watched& watched);

}  // namespace tcpstat::cli::verbs
