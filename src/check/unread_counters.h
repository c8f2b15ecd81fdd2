#pragma once
// What check says of counters that should be there and could not be read.

#include <cstdint>
#include <functional>
#include <string_view>

#include "model/kernel_facts.h"
#include "report/coverage.h"

namespace tcpstat::check {

/// How often the counters were read: what grew can only be told from two readings.
enum class Readings : std::uint8_t { one, two };

/// Warns of each file without which rules that `wants` names cannot be judged, and names these rules. Then the reading
/// is not complete.
void note_unread_counters(const KernelFacts& facts, Readings readings,
                          const std::function<bool(std::string_view)>& wants, Coverage& coverage);

/// Warns of each file, for a verdict beside a list, whose rows are complete without counters.
void warn_of_unread_counters(const KernelFacts& facts, Coverage& coverage);

}  // namespace tcpstat::check
