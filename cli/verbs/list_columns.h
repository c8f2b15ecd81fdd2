#pragma once
// Which columns a list has.

#include <vector>

#include "cli/options/command.h"
#include "model/column.h"

namespace tcpstat::cli::verbs {

using Columns = std::vector<const Column*>;

/// The columns that are printed.
Columns chosen_columns(const options::RowChoice& rows, const filter::Filter& filter,
                       const options::SourceChoice& source);
/// Every column that the run looks at, printed or only sorted by.
Columns used_columns(const options::RowChoice& rows, const render::Format& format, const Columns& printed);
bool has_column(const Columns& columns, ColumnId id);

}  // namespace tcpstat::cli::verbs
