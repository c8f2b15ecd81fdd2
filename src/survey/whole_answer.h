#pragma once
// For answers about all sockets that match, as a count or whether there is one: rows that were listed need no such proof.

#include "filter/filter.h"
#include "report/coverage.h"

namespace tcpstat::survey {

/// Makes the coverage incomplete where sockets that the filter asks for by name do not show: those of a state, or of IPv6
/// addresses, that the source does not have, and those that a filter had left out before they were saved. `saved`: rows
/// come from a file.
void ask_for_all_that_match(const filter::Filter& filter, bool saved, Coverage& coverage);

}  // namespace tcpstat::survey
