#pragma once
// The samples of a log, told apart by their counters, times and last lines. Each is compared with the one before, within
// each network namespace; the two ends of a connection and the time in a state are judged. It remembers the sockets of
// the last two samples.

#include <cstdint>
#include <map>
#include <memory>
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
      : limits_(limits), out_(out), say_(std::move(say)) {}

  void row(const SampleRow& row, std::uint64_t line);
  void end(const SampleEnd& end);
  /// The log has ended; the last sample may have had no end of its own.
  void finish();

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t sockets() const { return sum_of(&SampleDiff::sockets); }
  /// Samples with a sample of the same namespace of the same host before them.
  [[nodiscard]] std::uint64_t compared() const { return compared_; }
  /// Sockets that were not seen again, in samples that cannot say whether they were gone.
  [[nodiscard]] std::uint64_t unknown() const { return sum_of(&SampleDiff::unknown); }

 private:
  struct Namespace {
    Namespace(const TellFinding& say, TransitionSink& out) : joint(say), diff(out, SampleDiff::Unseen::forgotten) {}
    void forget();
    JointCheck joint;
    SampleDiff diff;
    bool is_read = false;   ///< in this sample
    bool was_read = false;  ///< in the one before
  };
  [[nodiscard]] std::uint64_t sum_of(std::uint64_t (SampleDiff::*count)() const) const;
  Namespace& of(std::optional<std::uint64_t> netns);
  void begin(const SampleName& name);
  /// `only`: the namespace that the sample is of; nothing: it is of all that there are.
  void close(Whole whole, std::optional<std::uint64_t> only);
  void judge_stay(const SampleRow& row, const Stay& stay, std::uint64_t line);

  const KernelLimits& limits_;
  TransitionSink& out_;
  TellFinding say_;
  std::map<std::uint64_t, std::unique_ptr<Namespace>> all_;  ///< by inode; 0: the log does not say
  bool open_ = false;
  std::optional<std::uint64_t> counter_;
  std::optional<EventTime> time_;
  std::string host_;
  std::uint64_t samples_ = 0;
  std::uint64_t compared_ = 0;
};

}  // namespace tcpstat::trace
