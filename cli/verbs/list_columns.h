#pragma once
// Which columns a list has.

#include <vector>

#include "cli/options/request.h"
#include "model/column.h"

namespace tcpstat::cli::verbs {

using Columns = std::vector<const Column*>;

/// Those that are printed.
Columns chosen_columns(const options::Request& request);
/// Every column that the run looks at, printed or only sorted by.
Columns used_columns(const options::Request& request, const Columns& printed);
bool has_column(const Columns& columns, ColumnId id);

}  // namespace tcpstat::cli::verbs
