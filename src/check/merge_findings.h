#pragma once
// Findings and verdicts of several judges as one list: the worse of two that say the same, the worst first.

#include <vector>

#include "report/coverage.h"
#include "report/finding.h"

namespace tcpstat::check {

void merge(std::vector<Finding>& into, std::vector<Finding> from);
void merge(std::vector<SynVerdict>& into, std::vector<SynVerdict> from);

/// Detection meets full accept queues too, and only it is there beside a list; diagnosis knows the program as well.
void drop_repeats(std::vector<Finding>& findings);

/// Of the findings; unknown if that is no problem and rows may be missing.
Severity worst_of(const std::vector<Finding>& findings, const Coverage& coverage);

}  // namespace tcpstat::check
