#pragma once
// What json and ndjson say about a run besides its rows, built with nlohmann/json: there is one of it, however many
// rows there are.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/report.h"
#include "model/summary.h"

namespace tcpstat {

/// Raised when a key is removed or changes its type; keys may be added.
inline constexpr int kSchemaVersion = 1;

/// Keys that are known before the first row: schema_version, tool, time, host, kernel, netns.
void add_start(nlohmann::ordered_json& to, const RunFacts& facts);
/// Keys that only the end knows: source, warnings, complete, limited, duplicates_dropped, summary, verdicts, findings.
void add_end(nlohmann::ordered_json& to, const Report& report);
/// groups, and with the default keys phases, listeners, top_remotes, top_prefixes.
void add_summary(nlohmann::ordered_json& to, const Summary& summary);

/// The text of a document; bytes that are not UTF-8 become U+FFFD.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace tcpstat
