#include "model/column.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "model/column_values.h"

namespace tcpstat::inline model {
namespace {

constexpr std::array kRowColumns = std::to_array<Column>({
#define COLUMN(name, kind, value, meaning) {ColumnId::name, #name, ColumnKind::kind, meaning},
#include "model/columns.def"
});

constexpr Column column_at(std::size_t place) {
  if (place < kRowColumns.size()) return kRowColumns[place];
  const TcpInfoField& field = kTcpInfoFields[place - kRowColumns.size()];
  return {ColumnId::tcp_info, field.name, ColumnKind::number, field.meaning, &field};
}

// Initialized in one expression, because clang 14 accepts no array as a constant that is filled afterwards.
constexpr auto kColumns = []<std::size_t... place>(std::index_sequence<place...>) {
  return std::to_array<Column>({column_at(place)...});
}
(std::make_index_sequence<kRowColumns.size() + kTcpInfoFields.size()>());

template <typename Row>
Cell info_cell(const Column& column, const Row& row) {
  if constexpr (std::is_same_v<Row, Connection>) {
    return column_values::number_cell(tcp_info_value(row.tcp_info, *column.field));
  } else {
    return {};
  }
}

template <typename Row>
Cell cell_in(const Column& column, const Row& row, Names& names) {
  switch (column.id) {
#define COLUMN(name, kind, value, meaning) \
  case ColumnId::name:                     \
    return cell_of<ColumnId::name>(row, names);
#include "model/columns.def"
    case ColumnId::tcp_info:
      return info_cell(column, row);
  }
  return {};
}

int compare_flags(RowFlags a, RowFlags b) {
  for (const RowFlagInfo& flag : kRowFlags) {
    if (a.has(flag.flag) != b.has(flag.flag)) return a.has(flag.flag) ? -1 : 1;
  }
  return 0;
}

std::uint32_t timer_ms_of(const Cell& cell) {
  return (cell.connection != nullptr ? cell.connection->timer_ms : cell.listener->timer_ms).value_or(0);
}

constexpr int sign(auto ordering) { return ordering < 0 ? -1 : ordering > 0 ? 1 : 0; }

}  // namespace

std::string_view name(ColumnType type) {
  constexpr std::array<std::string_view, 4> kNames = {"text", "number", "address", "endpoint"};
  return kNames[static_cast<std::size_t>(type)];
}

std::span<const Column> columns() { return kColumns; }

const Column* find_column(std::string_view word) {
  const auto* at =
      std::find_if(kColumns.begin(), kColumns.end(), [&](const Column& c) { return same_word(c.name, word); });
  return at == kColumns.end() ? nullptr : at;
}

const Column& column(ColumnId id) { return kColumns[static_cast<std::size_t>(id)]; }

Cell cell_of(const Column& column, const Connection& row, Names& names) { return cell_in(column, row, names); }
Cell cell_of(const Column& column, const Listener& row, Names& names) { return cell_in(column, row, names); }

int compare(const Cell& a, const Cell& b) {
  const auto rank = [](const Cell& cell) {
    if (cell.kind == Cell::Kind::unknown) return 2;
    return cell.kind == Cell::Kind::none ? 1 : 0;
  };
  if (rank(a) != 0 || rank(b) != 0) return rank(a) - rank(b);
  // USER holds a name in one row and a number in the next; numbers come first.
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  switch (a.kind) {
    case Cell::Kind::number:
      return sign(a.number <=> b.number);
    case Cell::Kind::word:
    case Cell::Kind::foreign:
      return sign(a.text <=> b.text);
    case Cell::Kind::timer:
      if (a.text != b.text) return sign(a.text <=> b.text);
      return sign(timer_ms_of(a) <=> timer_ms_of(b));
    case Cell::Kind::address:
      return sign(a.endpoint->address <=> b.endpoint->address);
    case Cell::Kind::endpoint:
      return sign(*a.endpoint <=> *b.endpoint);
    case Cell::Kind::pids:
      return sign(a.owners.front().pid <=> b.owners.front().pid);
    case Cell::Kind::processes:
      if (a.owners.front().name != b.owners.front().name) {
        return sign(a.owners.front().name <=> b.owners.front().name);
      }
      return sign(a.owners.front().pid <=> b.owners.front().pid);
    case Cell::Kind::flags:
      return compare_flags(a.flags, b.flags);
    case Cell::Kind::unknown:
    case Cell::Kind::none:
      return 0;
  }
  return 0;
}

}  // namespace tcpstat::inline model
