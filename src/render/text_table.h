#pragma once
// Aligned columns of text. The first screenful of rows settles the widths, so that rows stream: a longer cell later
// pushes its row to the right, and there are always at least two spaces between columns. On a terminal, table_layout.h
// decides which columns there is room for.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "model/column.h"
#include "render/table_layout.h"

namespace tcpstat::render {

class TextTable {
 public:
  /// How a cell that is too wide for a terminal is shortened: not at all; in its middle, with the part after the last
  /// colon (a port) kept; or at its end.
  enum class Shorten : std::uint8_t { no, middle, end };
  struct Heading {
    std::string_view text;
    Align align;
    std::size_t least_width = 0;
    Shorten shorten = Shorten::no;
    /// The heading on a narrow terminal; empty: the beginning and the end of `text`.
    std::string_view short_text = {};
    /// The least width to which its cells may be cut, for Shorten::end.
    std::size_t least_cell = 0;
    std::uint8_t rank = 0;         ///< ColumnShape
    bool detail = false;           ///< ColumnShape
    bool kept = false;             ///< ColumnShape
    std::string_view usual = "-";  ///< on a second line, a cell with this text is left out, like an empty one
    bool answer = false;           ///< ColumnShape; its heading stays whole
  };
  struct Options {
    bool header = true;
    std::size_t width = 0;  ///< cut rows to this many terminal columns; 0: never
    std::string_view ellipsis = "…";
    SecondLine second_line = SecondLine::no;
  };

  /// `out` is borrowed.
  TextTable(TextBuffer& out, std::vector<Heading> headings, Options options);

  /// The row being built; cells are appended to it, each closed by end_cell().
  [[nodiscard]] TextBuffer& cell() { return row_.text; }
  /// `width`: terminal columns of the text since the last cell. `colour` wraps the cell and takes no columns.
  void end_cell(std::size_t width, std::string_view colour = {}) {
    row_.cells.push_back({row_.text.size(), width, colour});
  }
  void end_row();
  /// Writes the rows that wait for the widths.
  void finish();
  /// Whether the terminal had no room for a column. Known after finish().
  [[nodiscard]] bool is_hidden(std::size_t column) const {
    return column < placed_.size() && placed_[column].place == Place::hidden;
  }
  /// The headings of those columns.
  [[nodiscard]] std::vector<std::string_view> hidden_headings() const;

 private:
  struct Span {
    std::size_t end;  ///< in the row's text
    std::size_t width;
    std::string_view colour;
  };
  struct Row {
    TextBuffer text;
    std::vector<Span> cells;
  };

  // Enough for a screen; few enough that the first row appears at once.
  static constexpr std::size_t kScreenful = 64;

  void settle_widths();
  void place_columns();
  void note_blank_cells();
  [[nodiscard]] bool in_line(std::size_t column) const { return placed_[column].place == Place::line; }
  [[nodiscard]] std::size_t last_in_line() const;
  [[nodiscard]] std::size_t full_width(const Row& row) const;
  void append_heading(TextBuffer& out, std::size_t column) const;
  void write_header();
  void write_row(const Row& row);
  void write_within_terminal(const Row& row);
  void write_cut(const Row& row);
  void write_below(const Row& row);

  TextBuffer& out_;
  std::vector<Heading> headings_;
  Options options_;
  Row row_;
  std::vector<Row> waiting_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> widest_cell_;
  std::vector<PlacedColumn> placed_;  ///< on a terminal, once widths are settled
  std::vector<bool> told_;            ///< whether a column has a cell that is not blank
  bool settled_ = false;
};

}  // namespace tcpstat::render
