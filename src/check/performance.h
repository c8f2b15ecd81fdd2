#pragma once
// The numbers that monitoring systems draw beside a check by rules.

#include <vector>

#include "detect/sample/syn_sample.h"
#include "model/kernel_facts.h"
#include "report/check_report.h"

namespace tcpstat::check {

/// Numbers of rows are unknown for states that the reading does not count, and all of them where it saw nothing.
std::vector<PerformanceValue> performance(const detect::SynSample& sample, const KernelFacts& facts,
                                          const Report& reading);

}  // namespace tcpstat::check
