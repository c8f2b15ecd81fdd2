#pragma once
// How often each pair of states was seen in a log, and what the machine says of it.

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "model/transition.h"
#include "report/transition_verdict.h"

namespace tcpstat::trace {

struct PairKey {
  Observed observed = Observed::exact;
  Protocol protocol = Protocol::tcp;
  TransitionVerdict verdict = TransitionVerdict::legal;
  ObservedState from;
  ObservedState to;
};

/// The order of a report: the worst verdict first, then by state.
struct PairOrder {
  bool operator()(const PairKey& a, const PairKey& b) const {
    const auto rank = [](const PairKey& key) {
      return (static_cast<std::size_t>(TransitionVerdict::illegal) - static_cast<std::size_t>(key.verdict)) * 1000 +
             static_cast<std::size_t>(key.protocol) * 500 + static_cast<std::size_t>(key.observed) * 250 +
             key.from.index() * ObservedState::kCount + key.to.index();
    };
    return rank(a) < rank(b);
  }
};

struct PairCount {
  std::uint64_t count = 0;
  std::string reason;
  std::string reference;
};

class PairCounts {
 public:
  void add(const Transition& of, const Judgement& judgement) {
    PairCount& pair = pairs_[{of.observed, of.protocol, judgement.verdict, of.from, of.to}];
    if (pair.count++ == 0) {
      pair.reason = judgement.reason;
      pair.reference = judgement.reference;
    }
    verdicts_.add(judgement.verdict);
  }

  [[nodiscard]] const std::map<PairKey, PairCount, PairOrder>& pairs() const { return pairs_; }
  [[nodiscard]] std::uint64_t count(TransitionVerdict verdict) const { return verdicts_.count(verdict); }
  [[nodiscard]] std::uint64_t total() const { return verdicts_.total(); }

 private:
  std::map<PairKey, PairCount, PairOrder> pairs_;
  VerdictCounts verdicts_;
};

}  // namespace tcpstat::trace
