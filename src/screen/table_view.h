#pragma once
// A table on the screen: the visible rows alone are formatted, and columns share the width by priority.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/column.h"
#include "screen/cell_buffer.h"

namespace tcpstat::screen {

struct Heading {
  std::string text;
  Align align = Align::left;
  /// Where the width is short, the largest goes first; 0 always stays.
  unsigned dispensable = 0;
  /// Its middle may be left out, the end after the last colon (a port) not.
  bool shortens = false;
  /// Takes what the others leave, and is cut at its end.
  bool takes_rest = false;
};

struct Row {
  std::vector<std::string> cells;  ///< one for each heading, safe to print
  char mark = ' ';                 ///< stands before the row
  Tone tone = Tone::plain;
};

/// A part of the screen, in whole lines.
struct Area {
  std::size_t top = 0;
  std::size_t lines = 0;
};

/// Draws headings and rows; `selected` counts within `rows`.
void draw_table(CellBuffer& to, Area area, const std::vector<Heading>& headings, const std::vector<Row>& rows,
                std::size_t selected, std::string_view ellipsis);

/// At most `width` columns of `text`, without its middle.
std::string without_middle(std::string_view text, std::size_t width, std::string_view ellipsis);

}  // namespace tcpstat::screen
