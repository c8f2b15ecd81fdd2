#pragma once
// Metrics of one run: what is counted row by row, and how long reading took.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/host.h"
#include "survey/metrics_counter.h"
#include "survey/name_counter.h"

namespace tcpstat::cli::verbs {

class CountedMetrics {
 public:
  /// Begins to measure the time. `group_by`: the keys of --by, of which process, unit and remote are counted too.
  /// `ports`: those that are told apart; empty: those that have a listener.
  CountedMetrics(Host& host, const std::vector<std::string>& group_by, const std::vector<std::uint16_t>& ports);

  Sink& rows() { return joined_.empty() ? static_cast<Sink&>(counter_) : joined_.back(); }
  [[nodiscard]] const KernelCounters& counters() const { return facts_.counters; }
  [[nodiscard]] Metrics take() const;

 private:
  Host& host_;
  KernelFacts facts_;
  Clock::Instant begin_;
  survey::MetricsCounter counter_;
  std::optional<survey::UnitCounter> units_;
  std::optional<survey::DestinationCounter> destinations_;
  std::deque<BothSinks> joined_;  ///< a pair for each that was asked for
};

}  // namespace tcpstat::cli::verbs
