#pragma once
// The samples of a log, told apart by their counters, times and last lines. Each is compared with the one before; the
// two ends of a connection and the time in a state are judged. It remembers the sockets of the last two samples.

#include <cstdint>
#include <string>

#include "model/kernel_limits.h"
#include "model/transition_source.h"
#include "report/log_finding.h"
#include "trace/joint_check.h"
#include "trace/sample_diff.h"

namespace tcpstat::trace {

class LoggedSamples {
 public:
  /// Borrows both; transitions between samples go to `out`.
  LoggedSamples(const KernelLimits& limits, TransitionSink& out, TellFinding say)
      : limits_(limits), say_(std::move(say)), joint_(say_), diff_(out, SampleDiff::Unseen::forgotten) {}

  void row(const SampleRow& row, std::uint64_t line);
  void end(const SampleEnd& end);
  /// The log has ended; the last sample may have had no end of its own.
  void finish();

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t sockets() const { return diff_.sockets(); }
  /// Samples with a sample of the same host before them.
  [[nodiscard]] std::uint64_t compared() const { return compared_; }
  /// Sockets that were not seen again, in samples that cannot say whether they were gone.
  [[nodiscard]] std::uint64_t unknown() const { return diff_.unknown(); }

 private:
  void begin(const SampleName& name);
  void close(Whole whole);
  void judge_stay(const SampleRow& row, const Stay& stay, std::uint64_t line);

  const KernelLimits& limits_;
  TellFinding say_;
  JointCheck joint_;
  SampleDiff diff_;
  bool open_ = false;
  std::optional<std::uint64_t> counter_;
  std::optional<EventTime> time_;
  std::string host_;
  std::optional<std::uint64_t> netns_;
  std::uint64_t samples_ = 0;
  std::uint64_t compared_ = 0;
};

}  // namespace tcpstat::trace
