#pragma once
// tcpstat watch on a terminal that can be drawn on.

#include "cli/verbs/watching.h"

namespace tcpstat::cli::verbs {

/// Whether this watch shows the live view: a format for people on a terminal with a cursor. If only the rows are not
/// for the live view, a note says so.
bool is_live(const options::WatchCommand& watch, const Watched& watched);
ExitStatus watch_live(const options::WatchCommand& watch, const Watched& watched);

}  // namespace tcpstat::cli::verbs
