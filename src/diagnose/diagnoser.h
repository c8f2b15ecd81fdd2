#pragma once
// All diagnoses over the rows of one dump. Memory is bounded whatever its size: groups (processes, ports, destinations)
// are kept, rows are not. The rows should be all of a namespace, with tcp_info, memory and owners where those can be
// had; what a rule misses makes it say less, never more.

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "diagnose/diagnosis.h"
#include "model/sink.h"

namespace tcpstat::diagnose {

class Diagnoser : public Sink {
 public:
  explicit Diagnoser(RuleLimits rule_limits);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// The findings, worst first.
  std::vector<Finding> finish(const DiagnosisFacts& facts);
  /// For DiagnosisFacts::earlier_close_waits of the next run.
  [[nodiscard]] std::uint64_t close_waits() const { return close_waits_; }

 private:
  RuleLimits rule_limits_;
  std::vector<std::unique_ptr<Diagnosis>> all_;
  /// By state number.
  std::array<std::vector<Diagnosis*>, kStateCount + 1> wanted_by_;
  std::uint64_t close_waits_ = 0;
};

/// Every rule of this folder, in the order of states.def.
std::span<const RuleInfo> diagnose_rules();

}  // namespace tcpstat::diagnose
