#pragma once
// The number that a column holds in a row, for those who compare it row by row.

#include <cstdint>
#include <optional>

#include "model/column.h"

namespace tcpstat::inline model {

/// What cell_of() has of a column of numbers; nothing where the cell holds none, and of other columns.
std::optional<std::uint64_t> number_of(const Column& column, const Connection& row);
std::optional<std::uint64_t> number_of(const Column& column, const Listener& row);

}  // namespace tcpstat::inline model
