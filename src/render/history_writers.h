#pragma once
// The functions by which formats write a history.

#include "render/documents.h"
#include "report/record_history.h"

namespace tcpstat::render {

void write_history_text(const Page& page, const RunFacts& facts, const History& history);
/// A line for each value, oldest first, or for each finding.
void write_history_fields(const Page& page, const History& history, char separator);
/// One document.
void write_history_json(const Page& page, const RunFacts& facts, const History& history);
/// An object for each value or finding, then one of type summary.
void write_history_lines(const Page& page, const RunFacts& facts, const History& history);

}  // namespace tcpstat::render
