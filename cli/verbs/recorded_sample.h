#pragma once
// One sample for a record: a dump of all states, judged as a watch judges it, as rows and as counts.

#include <chrono>
#include <cstdint>
#include <optional>

#include "check/continuous_check.h"
#include "cli/options/command.h"
#include "model/host.h"
#include "parsers/records/record_writer.h"
#include "record/row_columns.h"

namespace tcpstat::cli::verbs {

/// Looking for owners costs more than everything else together, so it has a budget over time.
class OwnerBudget {
 public:
  /// Whether owners are looked for in this sample.
  [[nodiscard]] bool allows() const { return !cost_ || credit_ >= *cost_; }
  /// To be called at the end of a sample: what it took, and whether owners were looked for.
  void spend(std::chrono::microseconds took, bool looked);

 private:
  std::chrono::microseconds credit_{100'000};      // the first looks tell what looking costs
  std::optional<std::chrono::microseconds> cost_;  ///< of looking
  std::optional<std::chrono::microseconds> without_;
};

struct TakenSample {
  records::RecordedSample sample;
  Report reading;
  std::optional<Error> error;
};

/// What this process has used so far.
std::chrono::microseconds processor_time();

class SampleTaker {
 public:
  /// `used`: tells the processor time that the budget for owners is charged with.
  SampleTaker(Host& host, record::InfoChoice info, std::chrono::microseconds (*used)() = processor_time);

  /// `key`: the sample is to have everything of every row.
  TakenSample take(bool key);
  /// Gives the memory of these rows to the next sample: at 100,000 sockets the kernel would clear 50 MB for each.
  void reuse(record::TableSample rows) { room_ = std::move(rows); }

 private:
  void add_counts(const check::Judged& judged, const Metrics& metrics, const std::vector<TopEntry>& prefixes,
                  records::RecordedSample& to);

  Host& host_;
  record::InfoChoice info_;
  std::chrono::microseconds (*used_)();
  check::ContinuousCheck check_;
  OwnerBudget owners_;
  KernelSettings settings_;
  std::vector<OpenFilesLimit> open_files_;  ///< of the last look for owners
  record::TableSample room_;
  std::uint64_t bound_ = UINT64_MAX;  ///< RowPacker::Setting::bound
};

}  // namespace tcpstat::cli::verbs
