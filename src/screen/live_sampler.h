#pragma once
// Takes the samples of the screen, and sees to it that looking costs the machine little: many sockets are read without
// tcp_info and owners, and where a sample takes a large part of its interval the next one comes later.

#include <chrono>

#include "screen/live_data.h"
#include "survey/rate_sampler.h"
#include "trace/namespace_diffs.h"
#include "trace/transition_judge.h"

namespace tcpstat::screen {

/// Whether a sample is the next one, or that of a record which is shown already.
enum class Look : bool { next, again };

class LiveSampler {
 public:
  LiveSampler(Host& host, const filter::Filter& filter);

  /// Into `data`, which keeps what is left of earlier samples. `owners_wanted`: tcp_info and owners are read however
  /// many sockets there are.
  void take(const Wanted& wanted, bool owners_wanted, LiveData& data, Look look = Look::next);
  /// At least `wanted`, and longer while samples take much of the processor.
  [[nodiscard]] std::chrono::milliseconds interval(std::chrono::milliseconds wanted) const;

 private:
  /// Also as one of several in succession.
  void look_at_next(Sink& rows, LiveData& data);
  [[nodiscard]] std::string local_text(const Transition& transition) const;
  Flow note(const Transition& transition, const Judgement& judgement);

  Host& host_;
  check::ContinuousCheck check_;
  filter::Filter filter_;
  trace::TransitionJudge judge_;
  trace::NamespaceDiffs diffs_;
  LiveData* data_ = nullptr;  ///< while a sample is taken
  std::chrono::milliseconds cost_{};
  survey::RateSampler rates_;
  std::uint64_t sockets_ = 0;
};

}  // namespace tcpstat::screen
