#pragma once
// What formats write a history with.

#include "render/documents.h"
#include "report/record_history.h"

namespace tcpstat::render {

void write_history_text(const Page& page, const RunFacts& facts, const History& history);
/// A line a value, oldest first, or a line a finding.
void write_history_fields(const Page& page, const History& history, char separator);
/// One document.
void write_history_json(const Page& page, const RunFacts& facts, const History& history);
/// An object a value or finding, then one with type summary.
void write_history_lines(const Page& page, const RunFacts& facts, const History& history);

}  // namespace tcpstat::render
