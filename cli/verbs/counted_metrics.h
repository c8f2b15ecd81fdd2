#pragma once
// Metrics of one run: what is counted row by row, and how long reading took.

#include <optional>
#include <string>
#include <vector>

#include "model/host.h"
#include "survey/metrics_counter.h"

namespace tcpstat::cli::verbs {

class CountedMetrics {
 public:
  /// From now on it takes time. `group_by`: as --by has it; `process` counts by process too.
  CountedMetrics(Host& host, const std::vector<std::string>& group_by);

  Sink& rows() { return counter_; }
  [[nodiscard]] const KernelCounters& counters() const { return facts_.counters; }
  [[nodiscard]] Metrics take() const;

 private:
  Host& host_;
  KernelFacts facts_;
  Clock::Instant begin_;
  survey::MetricsCounter counter_;
};

}  // namespace tcpstat::cli::verbs
