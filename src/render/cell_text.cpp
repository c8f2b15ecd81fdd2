#include "render/cell_text.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "model/column_values.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

template <typename Row>
void append_timer(TextBuffer& out, const Row& row) {
  out.append(name(row.timer));
  if (row.timer == TimerKind::none || !row.timer_ms) return;
  out.append('/');
  out.number(*row.timer_ms / 1000);
  const std::uint32_t hundredths = *row.timer_ms % 1000 / 10;
  out.append('.');
  out.append(static_cast<char>('0' + hundredths / 10));
  out.append(static_cast<char>('0' + hundredths % 10));
  out.append('/');
  if (row.retransmits) {
    out.number(*row.retransmits);
  } else {
    out.append('-');
  }
}

/// A process with several descriptors of one socket is named once: descriptors of one process are neighbours.
void append_owner_words(TextBuffer& out, const Cell& cell, const CellStyle& style) {
  std::uint64_t named = 0;
  std::uint64_t more = 0;
  std::uint32_t previous = 0;
  for (const Owner& owner : cell.owners) {
    if (named + more > 0 && owner.pid == previous) continue;
    previous = owner.pid;
    if (style.first_owner_only && named == 1) {
      ++more;
      continue;
    }
    if (named++ > 0) out.append(',');
    if (cell.kind == Cell::Kind::pids) {
      out.number(owner.pid);
      continue;
    }
    append_escaped(out, owner.name, style.charset);
    out.append('(');
    out.number(owner.pid);
    out.append(')');
  }
  if (more > 0) {
    out.append('+');
    out.number(more);
  }
}

void append_flags(TextBuffer& out, RowFlags flags) {
  bool first = true;
  for (const RowFlagInfo& flag : kRowFlags) {
    if (!flags.has(flag.flag)) continue;
    if (!first) out.append(',');
    first = false;
    out.append(flag.name);
  }
}

/// Inlined where the column is known: then only one or two kinds of cells are left, and no cell is made in memory.
[[gnu::always_inline]] inline std::size_t append(TextBuffer& out, const Cell& cell, const CellStyle& style) {
  const std::size_t start = out.size();
  bool ascii = true;
  switch (cell.kind) {
    case Cell::Kind::unknown:
      out.append(style.unknown);
      break;
    case Cell::Kind::none:
      out.append('*');
      break;
    case Cell::Kind::number:
      out.number(cell.number);
      break;
    case Cell::Kind::word:
      out.append(cell.text);
      break;
    case Cell::Kind::foreign:
      append_escaped(out, cell.text, style.charset);
      ascii = false;
      break;
    case Cell::Kind::address:
      out.commit(write_address(out.reserve(kMaxAddressText), cell.endpoint->address));
      break;
    case Cell::Kind::endpoint:
      if (!cell.text.empty()) {
        append_on_device(out, *cell.endpoint, cell.text, style.charset);
        ascii = false;
        break;
      }
      out.commit(write_endpoint(out.reserve(kMaxEndpointText), *cell.endpoint));
      break;
    case Cell::Kind::timer:
      if (style.timer_details) {
        cell.connection != nullptr ? append_timer(out, *cell.connection) : append_timer(out, *cell.listener);
      } else {
        out.append(cell.text);
      }
      break;
    case Cell::Kind::pids:
    case Cell::Kind::processes:
      append_owner_words(out, cell, style);
      ascii = false;
      break;
    case Cell::Kind::flags:
      append_flags(out, cell.flags);
      break;
  }
  return ascii ? out.size() - start : display_width(out.view().substr(start));
}

/// With a tenth below ten: 1.2ms, 14k, 998.
void append_scaled(TextBuffer& out, std::uint64_t value, std::uint64_t step, std::string_view unit) {
  const std::uint64_t whole = value / step;
  out.number(whole);
  if (const std::uint64_t tenths = value % step * 10 / step; whole < 10 && tenths > 0) {
    out.append('.');
    out.append(static_cast<char>('0' + tenths));
  }
  out.append(unit);
}

struct Unit {
  std::uint64_t step;
  std::string_view name;
};

void append_with_unit(TextBuffer& out, std::string_view column, std::uint64_t value) {
  constexpr auto kTimes =
      std::to_array<Unit>({{3'600'000'000, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1'000, "ms"}, {1, "us"}});
  constexpr auto kSizes = std::to_array<Unit>({{1'000'000'000, "G"}, {1'000'000, "M"}, {1'000, "k"}});
  // Amounts of data are read as sizes, so that these get a unit earlier; window and segment sizes are compared as
  // numbers.
  const std::uint64_t exact_below = column.find("BYTES") != column.npos ? 10'000 : 100'000;
  const bool us = column.ends_with("_US");
  const bool ms = column.ends_with("_MS");
  if ((us || ms) && value != 0 && value < UINT64_MAX / 1'000) {
    if (ms) value *= 1'000;
    const auto unit = std::find_if(kTimes.begin(), kTimes.end(), [&](const Unit& one) { return value >= one.step; });
    return append_scaled(out, value, unit->step, unit->name);
  }
  if (us || ms || value < exact_below) return out.number(value);
  const auto unit = std::find_if(kSizes.begin(), kSizes.end(), [&](const Unit& one) { return value >= one.step; });
  append_scaled(out, value, unit->step, unit->name);
}

template <ColumnId kId, typename Row>
std::size_t append_column(TextBuffer& out, [[maybe_unused]] const Column& column, const Row& row, Names& names,
                          const CellStyle& style) {
  Cell cell = cell_of<kId>(row, names);
  if constexpr (kId == ColumnId::CONTAINER) {
    if (style.timer_details) cell.text = short_id(cell.text);
  }
  if constexpr (ColumnSpec<kId>::kObject == JsonObject::rates) {
    if (style.units && cell.kind == Cell::Kind::number) {
      const std::size_t start = out.size();
      append_with_unit(out, column.name, cell.number);
      return out.size() - start;
    }
  }
  return append(out, cell, style);
}

template <typename Row>
std::size_t append_any(TextBuffer& out, const Column& column, const Row& row, Names& names, const CellStyle& style) {
  const Cell cell = cell_of(column, row, names);
  if (style.units && column.id == ColumnId::tcp_info && cell.kind == Cell::Kind::number) {
    const std::size_t start = out.size();
    append_with_unit(out, column.name, cell.number);
    return out.size() - start;
  }
  return append(out, cell, style);
}

}  // namespace

void append_on_device(TextBuffer& out, const Endpoint& end, std::string_view device, Charset charset) {
  const bool brackets = end.address.family == Family::ipv6;
  if (brackets) out.append('[');
  out.commit(write_address(out.reserve(kMaxAddressText), end.address));
  out.append('%');
  append_escaped(out, device, charset);
  if (brackets) out.append(']');
  out.append(':');
  out.number(end.port);
}

std::size_t append_cell(TextBuffer& out, const Cell& cell, const CellStyle& style) { return append(out, cell, style); }

CellWriter::CellWriter(const Column& column)
    : column_(&column), connection_(append_any<Connection>), listener_(append_any<Listener>) {
  for_each_row_column([&]<ColumnId kId>() {
    if (kId != column.id) return;
    connection_ = append_column<kId, Connection>;
    listener_ = append_column<kId, Listener>;
  });
}

std::vector<CellWriter> cell_writers(const std::vector<const Column*>& columns) {
  std::vector<CellWriter> writers;
  writers.reserve(columns.size());
  for (const Column* column : columns) writers.emplace_back(*column);
  return writers;
}

}  // namespace tcpstat::render
