#pragma once
// Which columns a list has, and what must be read for them.

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/options/request.h"
#include "filter/query.h"
#include "model/column.h"

namespace tcpstat::cli::verbs {

using Columns = std::vector<const Column*>;

/// Those that are printed.
Columns chosen_columns(const options::Request& request);
/// Every column that the run looks at, printed or only sorted by.
Columns used_columns(const options::Request& request, const Columns& printed);
/// Whether processes are shown, filtered or sorted by.
bool wants_owners(const options::Request& request, const Columns& used);
/// How many rows a sorted list keeps: one more than the limit, so that it can tell that there were more. Nothing: all.
std::optional<std::uint64_t> rows_to_sort(const options::Request& request);
filter::Query make_query(const options::Request& request, const Columns& used);

}  // namespace tcpstat::cli::verbs
