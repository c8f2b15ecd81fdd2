#pragma once
// What check says of counters that should be there and could not be read.

#include <functional>
#include <string_view>

#include "model/kernel_facts.h"
#include "report/coverage.h"

namespace tcpstat::check {

/// Warns of each file without which rules that `wants` names cannot be judged, and names these rules. Then the reading
/// is not complete.
void note_unread_counters(const KernelFacts& facts, const std::function<bool(std::string_view)>& wants,
                          Coverage& coverage);

/// Warns of each file, for a verdict beside a list, whose rows are complete without counters.
void warn_of_unread_counters(const KernelFacts& facts, Coverage& coverage);

}  // namespace tcpstat::check
