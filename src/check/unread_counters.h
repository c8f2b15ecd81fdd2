#pragma once
// What check says of counters that should be there and could not be read.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "diagnose/diagnosis.h"
#include "model/kernel_facts.h"
#include "report/coverage.h"

namespace tcpstat::check {

/// How often the counters were read: what grew can only be told from two readings.
enum class Readings : std::uint8_t { one, two };

/// Warns of each file without which rules that `wants` names cannot be judged, and names these rules. Then the reading
/// is not complete.
void note_unread_counters(const KernelFacts& facts, Readings readings,
                          const std::function<bool(std::string_view)>& wants, Coverage& coverage);

/// The rules that judge how counters grew and nothing else, and cannot: there is one reading, or one of the two lacks what
/// they compare. `before`: null where there is none, and `remedy` says what to do then.
std::vector<diagnose::Unseen> growth_not_seen(const KernelFacts& now, const KernelFacts* before,
                                              std::string_view remedy);

/// Warns of each file, for a verdict beside a list, whose rows are complete without counters.
void warn_of_unread_counters(const KernelFacts& facts, Coverage& coverage);

}  // namespace tcpstat::check
