#include "model/column_number.h"

#include <functional>
#include <type_traits>

#include "model/column_values.h"

namespace tcpstat::inline model {
namespace {

template <ColumnId kId, typename Row>
std::optional<std::uint64_t> number_in(const Row& row) {
  using Spec = ColumnSpec<kId>;
  if constexpr (Spec::kKind == ColumnKind::number || Spec::kKind == ColumnKind::identity) {
    static_assert(!TakesNames<kId, Row>, "a number has no name");
    if constexpr (HasColumn<kId, Row>) return std::invoke(Spec::kValue, row);
  }
  return std::nullopt;
}

template <typename Row>
std::optional<std::uint64_t> number_at(const Column& column, const Row& row) {
  switch (column.id) {
#define COLUMN(name, kind, value, meaning) \
  case ColumnId::name:                     \
    return number_in<ColumnId::name>(row);
#include "model/columns.def"
    case ColumnId::tcp_info:
      if constexpr (std::is_same_v<Row, Connection>) return tcp_info_value(row.tcp_info, *column.field);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> number_of(const Column& column, const Connection& row) { return number_at(column, row); }
std::optional<std::uint64_t> number_of(const Column& column, const Listener& row) { return number_at(column, row); }

}  // namespace tcpstat::inline model
