#pragma once
// How often each pair of states was seen in a log, and what the machine says of it.

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "model/log_record.h"
#include "trace/judgement.h"

namespace tcpstat::trace {

struct PairKey {
  Observed observed = Observed::exact;
  Protocol protocol = Protocol::tcp;
  Verdict verdict = Verdict::legal;
  LoggedState from;
  LoggedState to;
};

/// In the order of a report: what is worst first, then by state.
struct PairOrder {
  bool operator()(const PairKey& a, const PairKey& b) const {
    const auto rank = [](const PairKey& key) {
      return (static_cast<std::size_t>(Verdict::illegal) - static_cast<std::size_t>(key.verdict)) * 1000 +
             static_cast<std::size_t>(key.protocol) * 500 + static_cast<std::size_t>(key.observed) * 250 +
             key.from.index() * LoggedState::kCount + key.to.index();
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
  void add(const PairKey& key, const Judgement& judgement) {
    PairCount& pair = pairs_[key];
    if (pair.count++ == 0) {
      pair.reason = judgement.reason;
      pair.reference = judgement.reference;
    }
    ++by_verdict_[static_cast<std::size_t>(key.verdict)];
    ++total_;
  }

  [[nodiscard]] const std::map<PairKey, PairCount, PairOrder>& pairs() const { return pairs_; }
  [[nodiscard]] std::uint64_t count(Verdict verdict) const { return by_verdict_[static_cast<std::size_t>(verdict)]; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::map<PairKey, PairCount, PairOrder> pairs_;
  std::uint64_t by_verdict_[kVerdictCount] = {};
  std::uint64_t total_ = 0;
};

}  // namespace tcpstat::trace
