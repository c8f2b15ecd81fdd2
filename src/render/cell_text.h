#pragma once
// Values of columns as text, for table, plain and csv.

#include <type_traits>
#include <vector>

#include "base/text_buffer.h"
#include "model/column.h"
#include "render/escape.h"

namespace tcpstat::render {

/// How the formats differ in a cell.
struct CellStyle {
  std::string_view unknown = "-";
  /// TIMER as kind/seconds/retransmits instead of the kind alone.
  bool timer_details = false;
  /// Only the first owner, and how many more there are.
  bool first_owner_only = false;
  /// Numbers of tcp_info as 1.2ms and 14k instead of all their digits.
  bool units = false;
  /// The characters that text of others may keep.
  Charset charset = Charset::utf8;
};

/// Appends the cell; hostile text comes out escaped. Returns the terminal columns it takes, if `out` is in memory.
std::size_t append_cell(TextBuffer& out, const Cell& cell, const CellStyle& style);

/// `192.0.2.1%eth0:80`, `[fe80::1%eth0]:80` (RFC 4007, section 11)
void append_on_device(TextBuffer& out, const Endpoint& end, std::string_view device, Charset charset);

/// Appends the cells of one column, which is looked up once and not for each row.
class CellWriter {
 public:
  explicit CellWriter(const Column& column);

  /// As append_cell().
  template <typename Row>
  std::size_t append(TextBuffer& out, const Row& row, Names& names, const CellStyle& style) const {
    if constexpr (std::is_same_v<Row, Connection>) {
      return connection_(out, *column_, row, names, style);
    } else {
      return listener_(out, *column_, row, names, style);
    }
  }
  [[nodiscard]] const Column& column() const { return *column_; }

 private:
  template <typename Row>
  using Append = std::size_t (*)(TextBuffer&, const Column&, const Row&, Names&, const CellStyle&);

  const Column* column_;
  Append<Connection> connection_;
  Append<Listener> listener_;
};

/// One for each of the columns.
std::vector<CellWriter> cell_writers(const std::vector<const Column*>& columns);

}  // namespace tcpstat::render
