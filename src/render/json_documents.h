#pragma once
// What json and ndjson write besides rows. It is built with nlohmann/json, because there is one of it, however many
// rows there are.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/names.h"
#include "report/check_report.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/word_list.h"

namespace tcpstat::render {

/// Keys that are known before the first row: schema_version, tool, time, host, kernel, netns.
void add_start(nlohmann::ordered_json& to, const RunFacts& facts);

// What stands before and behind rows: `{"schema_version":…` without the closing brace, and `"source":…}` without the
// opening one, with the keys that are known only at the end: source, warnings, complete, limited, duplicates_dropped,
// summary, verdicts, findings.
std::string document_start(const RunFacts& facts);
std::string document_end(const Report& report);
/// The same with the further keys of a summary line.
std::string document_end(const Report& report, const nlohmann::ordered_json& more);

// Whole documents with their line feed, on one line unless a comment says otherwise.
std::string summary_document(const Report& report, const Summary& summary, Names& names);
std::string check_document(const CheckReport& report);
std::string audit_document(const AuditReport& report);
/// Indented, with an object for each word.
std::string words_document(const WordList& words);
/// The same objects, one a line.
std::string words_lines(const WordList& words);

// The last line of ndjson, with its own keys and further ones.
std::string summary_line(const Report& report, std::uint64_t snapshot);
std::string summary_line(const Report& report, std::uint64_t snapshot, const Summary& summary, Names& names);
std::string summary_line(const Report& report, std::uint64_t snapshot, const nlohmann::ordered_json& more);

}  // namespace tcpstat::render
