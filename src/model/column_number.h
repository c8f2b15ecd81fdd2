#pragma once
// The number that a column holds in a row, for those who compare it row by row.

#include <cstdint>
#include <optional>

#include "model/column.h"

namespace tcpstat::inline model {

/// The number in the cell that cell_of() makes; nothing if the cell has none, and for columns that are not numbers.
std::optional<std::uint64_t> number_of(const Column& column, const Connection& row);
std::optional<std::uint64_t> number_of(const Column& column, const Listener& row);

}  // namespace tcpstat::inline model
