#pragma once
// Compares a log of transitions or samples, from whatever source, with the machine. It tells findings as they come, and
// at the end what was judged.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "model/kernel_limits.h"
#include "model/transition_source.h"
#include "report/log_finding.h"
#include "report/validation.h"
#include "trace/life_checker.h"
#include "trace/logged_samples.h"
#include "trace/transition_judge.h"

namespace tcpstat::trace {

/// How many notes of a kind are told; the others are only counted, because a log may begin on a busy host.
inline constexpr std::uint64_t kMostNotes = 100;

/// How the reading of a log ended.
struct LogEnd {
  Expected<void> read;
  std::uint64_t lines = 0;
  bool interrupted = false;
};

class LogCheck final : public ObservationSink {
 public:
  /// Returns whether anybody still wants findings.
  using Tell = std::function<Flow(const LogFinding&)>;

  /// `limits` are those of `host`; they bound the time in a state only as long as the log is of that host.
  LogCheck(std::optional<std::string> host, const KernelLimits& limits, Tell tell);

  Flow transition(const Transition& transition) override;
  Flow lost(std::uint64_t count, std::uint64_t line) override;
  Flow row(const SampleRow& row, std::uint64_t line) override;
  Flow sample_end(const SampleEnd& end) override;
  Flow run_end(const RunEnd& end) override;
  Flow overwritten(const OverwrittenEntries& entries, std::uint64_t line) override;
  Flow missing(const MissingRecords& records, std::uint64_t line) override;
  Flow bad_line(const BadLine& bad, std::uint64_t line) override;

  /// The log has ended.
  Validation finish(const LogEnd& end);
  [[nodiscard]] bool found_illegal() const { return pairs_.count(TransitionVerdict::illegal) > 0; }

 private:
  void look_at_host(std::string_view host);
  void look_at_count(const RunEnd& end);
  void look_at_sight(const Sight& sight, std::uint64_t line);
  void tell(const LogFinding& finding);
  void warn_of_missing(Validation& to) const;
  static std::string why_nothing(const LogEnd& end, std::uint64_t samples);

  std::optional<std::string> host_;
  KernelLimits limits_;
  Tell tell_;
  PairCounts pairs_;
  LifeChecker lives_;
  TransitionJudge between_samples_;
  LoggedSamples samples_;
  std::array<std::uint64_t, kLogRuleCount> notes_{};
  std::uint64_t left_out_ = 0;
  std::uint64_t bad_lines_ = 0;
  std::string first_bad_;
  // About the trace whose end has not come yet.
  std::uint64_t lost_in_run_ = 0;
  std::uint64_t transitions_in_run_ = 0;
  std::uint64_t bad_in_run_ = 0;
  std::uint64_t missing_ = 0;  ///< records that the log counts and does not have
  std::string first_missing_;
  std::uint64_t lost_ = 0;        ///< records that lines call lost
  std::uint64_t first_lost_ = 0;  ///< line
  std::uint64_t overwritten_ = 0;
  std::uint64_t first_overwritten_ = 0;  ///< line
  bool all_overwritten_counted_ = true;
  std::uint64_t unseeing_ = 0;
  std::uint64_t first_unseeing_ = 0;  ///< line
  std::string why_unseeing_;
  bool foreign_ = false;
  std::string log_host_;  ///< of the last record that tells it
  std::string log_kernel_;
  bool several_hosts_ = false;
  Flow flow_ = Flow::more;
};

}  // namespace tcpstat::trace
