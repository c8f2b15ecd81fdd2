#pragma once
// Which columns a list has, and what must be read for them.

#include <vector>

#include "cli/request.h"
#include "model/column.h"
#include "model/query.h"

namespace tcpstat {

using Columns = std::vector<const Column*>;

bool has_column(const Columns& columns, ColumnId id);
/// Those that are printed.
Columns chosen_columns(const Request& request);
/// Every column that the run looks at, printed or only sorted by.
Columns used_columns(const Request& request, const Columns& printed);
Query make_query(const Request& request, const Columns& used);

}  // namespace tcpstat
