#pragma once
// Findings and verdicts of several judges as one list: the worse of two that say the same, the worst first.

#include <vector>

#include "report/coverage.h"
#include "report/finding.h"

namespace tcpstat::check {

/// Of equally severe findings, those come first that keep new clients out.
bool is_worse(const Finding& a, const Finding& b);

void merge(std::vector<Finding>& into, std::vector<Finding> from);
void merge(std::vector<SynVerdict>& into, std::vector<SynVerdict> from);

/// Detection reports full accept queues, too, because a list has no diagnosis. Where there are both, diagnosis stays,
/// because it knows the program.
void drop_repeats(std::vector<Finding>& findings);

/// The worst severity of the findings; unknown if nothing is wrong and rows may be missing.
Severity worst_of(const std::vector<Finding>& findings, const Coverage& coverage);

}  // namespace tcpstat::check
