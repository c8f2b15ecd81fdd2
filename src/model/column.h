#pragma once
// What a row can show: the columns by name and type, and the value of a column in a row, not yet as text. Tables, csv
// and sorting all take their values from here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/ascii.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/tcp_info.h"

namespace tcpstat::inline model {

enum class ColumnId : std::uint8_t {
#define COLUMN(name, kind, value, meaning) name,
#include "model/columns.def"
  tcp_info,  ///< one of tcp_info's numbers
};

/// The JSON object that has the value of a column.
enum class JsonObject : std::uint8_t { row, memory, rates, tcp_info };

constexpr JsonObject object_of(ColumnId id) {
  constexpr auto kObjects = std::to_array<JsonObject>({
#define COLUMN(name, kind, value, meaning) JsonObject::row,
#define MEMORY_COLUMN(name, kind, value, meaning) JsonObject::memory,
#define RATE_COLUMN(name, kind, value, meaning) JsonObject::rates,
#define INFO_COLUMN(name, kind, value, meaning) JsonObject::tcp_info,
#include "model/columns.def"
      JsonObject::tcp_info,
  });
  return kObjects[static_cast<std::size_t>(id)];
}

/// What a column's values are, and with that how they are written.
enum class ColumnKind : std::uint8_t {
  word,       ///< one of our own words
  foreign,    ///< text that somebody else chose
  boolean,    ///< yes or no; in JSON true or false
  netns,      ///< what a network namespace is called; in JSON netns_name, because netns is its inode
  user,       ///< a name, or the uid if it has no name; in JSON the name alone
  number,     ///< a count, a size, a time
  identity,   ///< a number of 64 bits that names something: in JSON a string, because not every reader has 64 bits
  address,    ///< of an endpoint
  endpoint,   ///< address and port; in JSON these two alone
  timer,      ///< the kind of timer, in the table with seconds and retransmits
  pids,       ///< ids of the owners; in JSON only within `processes`
  processes,  ///< the owners
  flags,      ///< a list of our own words
};

/// What `--list columns` says of a kind.
enum class ColumnType : std::uint8_t { text, number, address, endpoint };
enum class Align : std::uint8_t { left, right };

constexpr ColumnType type_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::number:
    case ColumnKind::identity:
      return ColumnType::number;
    case ColumnKind::address:
      return ColumnType::address;
    case ColumnKind::endpoint:
      return ColumnType::endpoint;
    case ColumnKind::word:
    case ColumnKind::boolean:
    case ColumnKind::foreign:
    case ColumnKind::netns:
    case ColumnKind::user:
    case ColumnKind::timer:
    case ColumnKind::pids:
    case ColumnKind::processes:
    case ColumnKind::flags:
      return ColumnType::text;
  }
  return ColumnType::text;
}

/// "text", "number", …
std::string_view name(ColumnType type);

/// The JSON key of a column; empty for one that JSON has in other members.
constexpr LowerCase json_key(ColumnKind kind, std::string_view name) {
  if (kind == ColumnKind::endpoint || kind == ColumnKind::pids) return {};
  if (kind == ColumnKind::netns) return LowerCase("netns_name");
  return LowerCase(kind == ColumnKind::processes ? "processes" : name);
}

struct Column {
  ColumnId id;
  std::string_view name;
  ColumnKind kind;
  std::string_view meaning;
  const TcpInfoField* field = nullptr;  ///< set for ColumnId::tcp_info
  ColumnType type = type_of(kind);
  Align align = type == ColumnType::number ? Align::right : Align::left;
  LowerCase key = json_key(kind, name);  ///< of its value in JSON; empty for LOCAL, REMOTE and PID
  JsonObject object = object_of(id);
};

/// Whether BBR or DCTCP report the value about themselves (Connection::congestion_values).
constexpr bool is_congestion_value(const Column& column) {
  return column.id >= ColumnId::BBR_BANDWIDTH && column.id <= ColumnId::DCTCP_BYTES;
}

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
    endpoint,   ///< `endpoint`; `text` is the device that it is bound to, bytes that somebody else chose
    timer,      ///< that of `connection` or `listener`
    pids,       ///< `owners`, ids only
    processes,  ///< `owners`, names and ids
    flags,      ///< `flags`, at least one
  };
  Kind kind = Kind::unknown;
  std::uint64_t number = 0;
  std::string_view text = {};
  const Endpoint* endpoint = nullptr;
  const Connection* connection = nullptr;
  const Listener* listener = nullptr;
  std::span<const Owner> owners = {};
  RowFlags flags = {};
};

Cell cell_of(const Column& column, const Connection& row, Names& names);
Cell cell_of(const Column& column, const Listener& row, Names& names);

/// Order of two cells of the same column: numbers by size, addresses by family and number, flags by the first in which
/// they differ, the rest by bytes; unknown after everything else. Negative, zero or positive.
int compare(const Cell& a, const Cell& b);

}  // namespace tcpstat::inline model
