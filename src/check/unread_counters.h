#pragma once
// What check says of counters that should be there and could not be read.

#include <functional>
#include <string_view>

#include "model/kernel_facts.h"
#include "report/coverage.h"

namespace tcpstat::check {

/// Warns of each file, with the rules among those that `wants` which cannot be judged without it; if there are any, the
/// reading is not complete.
void note_unread_counters(const KernelFacts& facts, const std::function<bool(std::string_view)>& wants,
                          Coverage& coverage);

/// The same for a verdict beside a list, whose rows are whole without them.
void warn_of_unread_counters(const KernelFacts& facts, Coverage& coverage);

}  // namespace tcpstat::check
