#pragma once
// Findings and verdicts of several judges as one list: the worse of two that say the same, the worst first.

#include <vector>

#include "report/coverage.h"
#include "report/finding.h"

namespace tcpstat::check {

/// Of findings that are as severe, those come first that keep new clients out.
bool is_worse(const Finding& a, const Finding& b);

void merge(std::vector<Finding>& into, std::vector<Finding> from);
void merge(std::vector<SynVerdict>& into, std::vector<SynVerdict> from);

/// Detection meets full accept queues too, and only it is there beside a list; diagnosis knows the program as well.
void drop_repeats(std::vector<Finding>& findings);

/// Of the findings; unknown if that is no problem and rows may be missing.
Severity worst_of(const std::vector<Finding>& findings, const Coverage& coverage);

}  // namespace tcpstat::check
