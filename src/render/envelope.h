#pragma once
// What json and ndjson say about a run besides its rows, built with nlohmann/json: there is one of it, however many
// rows there are.

#include <nlohmann/json_fwd.hpp>

#include "report/report.h"
#include "report/summary.h"

namespace tcpstat::render {

/// Keys that are known before the first row: schema_version, tool, time, host, kernel, netns.
void add_start(nlohmann::ordered_json& to, const RunFacts& facts);
/// Keys that only the end knows: source, warnings, complete, limited, duplicates_dropped, summary, verdicts, findings.
void add_end(nlohmann::ordered_json& to, const Report& report);
/// groups, and with the default keys phases, listeners, top_remotes, top_prefixes.
void add_summary(nlohmann::ordered_json& to, const Summary& summary);

}  // namespace tcpstat::render
