#pragma once
// What trace does with each record: it follows lives, reports what is wrong, and writes and counts what is wanted.

#include <cstdint>
#include <string>

#include "base/text_buffer.h"
#include "cli/notes.h"
#include "cli/options/command.h"
#include "model/kernel_limits.h"
#include "model/transition_source.h"
#include "render/transition_writer.h"
#include "trace/followed_sockets.h"
#include "trace/life_checker.h"
#include "trace/life_statistics.h"

namespace tcpstat::cli::verbs {

class TracedLives final : public ObservationSink {
 public:
  /// All arguments must outlive this object.
  TracedLives(const options::TraceCommand& command, const KernelLimits& limits, render::TransitionWriter& writer,
              TextBuffer& out, const Notes& notes);

  Flow transition(const Transition& transition) override;
  Flow lost(std::uint64_t count, std::uint64_t line) override;
  Flow row(const SampleRow&, std::uint64_t) override { return Flow::more; }
  Flow sample_end(const SampleEnd&) override { return Flow::more; }
  Flow run_end(const RunEnd&) override { return Flow::more; }
  Flow missing(const MissingRecords&, std::uint64_t) override { return Flow::more; }
  Flow overwritten(const OverwrittenEntries&, std::uint64_t) override { return Flow::more; }
  Flow bad_line(const BadLine&, std::uint64_t) override { return Flow::more; }

  /// Shows what came so far.
  void flush();
  /// The counts of all that passed the filter.
  [[nodiscard]] render::TransitionCounts counts() const;
  [[nodiscard]] std::uint64_t lost_records() const { return lost_records_; }
  [[nodiscard]] std::uint64_t broken_lives() const { return broken_lives_; }
  [[nodiscard]] std::uint64_t forgotten() const { return lives_.forgotten(); }
  [[nodiscard]] bool found_illegal() const { return pairs_.count(TransitionVerdict::illegal) > 0; }

 private:
  Flow tell(const Transition& transition, const Judgement& judgement, Opening opening);
  Flow tell(const ConnectionLife& life);
  void tell(const LogFinding& finding);
  [[nodiscard]] bool wants(const ConnectionLife& life) const;
  Flow tell_minisocket(const Transition& transition);
  Flow write(const Transition& transition, const Judgement& judgement);
  Flow write(const ConnectionLife& life);
  Flow written();

  const options::TraceCommand& command_;
  render::TransitionWriter& writer_;
  TextBuffer& out_;
  const Notes& notes_;
  trace::PairCounts pairs_;
  trace::FollowedSockets followed_;
  trace::LifeStatistics statistics_;
  trace::LifeChecker lives_;
  VerdictCounts verdicts_;
  std::uint64_t lost_records_ = 0;
  std::uint64_t broken_lives_ = 0;
  std::uint64_t findings_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace tcpstat::cli::verbs
