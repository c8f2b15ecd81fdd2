#pragma once
// What a row can show: the columns by name and type, and the value of a column in a row, not yet as text. Tables, csv
// and sorting all take their values from here.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/tcp_info.h"

namespace tcpstat::inline model {

enum class ColumnId : std::uint8_t {
#define COLUMN(name, type, align, meaning) name,
#include "model/columns.def"
#undef COLUMN
  tcp_info,  ///< one of tcp_info's numbers
};

enum class ColumnType : std::uint8_t { text, number, address, endpoint };
enum class Align : std::uint8_t { left, right };

/// "text", "number", …
std::string_view name(ColumnType type);

struct Column {
  ColumnId id;
  std::string_view name;
  ColumnType type;
  Align align;
  std::string_view meaning;
  const TcpInfoField* field = nullptr;  ///< set for ColumnId::tcp_info
};

/// All of them, in the order of `--list columns`.
std::span<const Column> columns();
/// By name, case ignored and `-` as `_`; null for an unknown name.
const Column* find_column(std::string_view word);
const Column& column(ColumnId id);

/// The value of one column in one row. Views live as long as the row and the names they came from.
struct Cell {
  enum class Kind : std::uint8_t {
    unknown,    ///< not known, or no such thing in this row
    none,       ///< known to be nothing: the remote end of a listener
    number,     ///< `number`
    word,       ///< `text`, one of our own words
    foreign,    ///< `text`, bytes that somebody else chose
    address,    ///< `endpoint->address`
    endpoint,   ///< `endpoint`
    timer,      ///< `connection`'s
    pids,       ///< `owners`, ids only
    processes,  ///< `owners`, names and ids
    flags,      ///< `flags`, at least one
  };
  Kind kind = Kind::unknown;
  std::uint64_t number = 0;
  std::string_view text = {};
  const Endpoint* endpoint = nullptr;
  const Connection* connection = nullptr;
  std::span<const Owner> owners = {};
  RowFlags flags = {};
};

Cell cell_of(const Column& column, const Connection& row, Names& names);
Cell cell_of(const Column& column, const Listener& row, Names& names);

/// Order of two cells of the same column: numbers by size, addresses by family and number, flags by the first in which
/// they differ, the rest by bytes; unknown after everything else. Negative, zero or positive.
int compare(const Cell& a, const Cell& b);

}  // namespace tcpstat::inline model
