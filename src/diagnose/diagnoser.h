#pragma once
// All diagnoses over the rows of one dump. Memory is bounded whatever its size: groups (processes, ports, destinations)
// are kept, rows are not. The rows should be all of a namespace, with tcp_info, memory and owners where those can be
// had; what a rule misses makes it say less, never more.

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "diagnose/diagnosis.h"
#include "diagnose/left_services.h"
#include "diagnose/turnover.h"
#include "model/sink.h"

namespace tcpstat::diagnose {

class Diagnoser : public Sink {
 public:
  explicit Diagnoser(RuleLimits rule_limits);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Sees the rows in the order of the kernel, which gives listeners first; connection() may get them in another order.
  /// So it is known which end opened a connection. Optional.
  Sink& witness() { return early_listeners_; }
  /// The findings, worst first.
  std::vector<Finding> finish(const DiagnosisFacts& facts);
  /// Ports of services that are gone, as far as the rows tell; all listeners must be among them.
  [[nodiscard]] std::vector<std::uint16_t> left_services() const { return left_.ports(); }
  /// After finish().
  [[nodiscard]] std::vector<Unseen> not_seen() const;
  /// For DiagnosisFacts::earlier_close_waits of the next run.
  [[nodiscard]] std::uint64_t close_waits() const { return close_waits_; }

 private:
  class EarlyListeners final : public Sink {
   public:
    explicit EarlyListeners(LocalPorts& ports) : ports_(ports) {}
    Flow connection(const Connection&) override { return Flow::more; }
    Flow listener(const Listener& row) override {
      ports_.add_listener(row.local.port);
      return Flow::more;
    }

   private:
    LocalPorts& ports_;
  };

  RuleLimits rule_limits_;
  EarlyListeners early_listeners_;
  std::vector<std::unique_ptr<Diagnosis>> all_;
  /// By state number.
  std::array<std::vector<Diagnosis*>, kStateCount + 1> wanted_by_;
  LeftServices left_;
  Turnover turnover_;
  std::uint64_t close_waits_ = 0;
};

/// Every rule of this folder, in the order of states.def.
std::span<const RuleInfo> diagnose_rules();

}  // namespace tcpstat::diagnose
