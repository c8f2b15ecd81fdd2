#pragma once
// A plain summary on a terminal: what matters within one screenful.

#include <cstddef>
#include <string>

#include "report/report.h"
#include "report/summary.h"

namespace tcpstat::cli::verbs {

/// Cuts a plain summary to what fits into `lines`: the states, then the worst listeners and the busiest remotes.
/// Returns what is left out and which option adds it; empty if all of it fits.
std::string fit_screen(Summary& summary, const Report& report, std::size_t lines);

}  // namespace tcpstat::cli::verbs
