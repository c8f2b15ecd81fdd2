#pragma once
// Stands between a source of transitions and their user, and adds the machine's judgement to each.

#include <functional>

#include "model/transition_source.h"
#include "trace/judgement.h"

namespace tcpstat::trace {

class TransitionJudge final : public TransitionSink {
 public:
  using Use = std::function<Flow(const Transition&, const Judgement&)>;

  explicit TransitionJudge(Use use) : use_(std::move(use)) {}

  Flow transition(const Transition& transition) override { return use_(transition, judge(transition)); }
  Flow lost(std::uint64_t /*count*/, std::uint64_t /*line*/) override { return Flow::more; }

 private:
  Use use_;
};

}  // namespace tcpstat::trace
