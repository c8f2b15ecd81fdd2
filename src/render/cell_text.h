#pragma once
// Values of columns as text, for table, plain and csv.

#include "base/text_buffer.h"
#include "model/column.h"

namespace tcpstat::render {

/// How the formats differ in a cell.
struct CellStyle {
  std::string_view unknown = "-";
  /// TIMER as kind/seconds/retransmits instead of the kind alone.
  bool timer_details = false;
  /// Only the first owner, and how many more there are.
  bool first_owner_only = false;
};

/// Appends the cell; hostile text comes out escaped. Returns the terminal columns it takes, if `out` is in memory.
std::size_t append_cell(TextBuffer& out, const Cell& cell, const CellStyle& style);

}  // namespace tcpstat::render
