// SYN_SENT: a program here connects, and nobody answers. A refusal never shows, since RST ends it at once; what stays is
// dropped on the way, or the peer is gone.

#include <algorithm>
#include <array>
#include <chrono>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "model/kernel_timers.h"

namespace tcpstat::diagnose {
namespace {

using std::chrono::milliseconds;

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "sockets", "to one destination, with at least `retransmits`: one or two may be lost segments"},
    {"critical", 20, "sockets", "to one destination; or `warning` of them and no connection that works"},
    {"retransmits", 2, "times", "two SYNs lost in a row: at least 2 s"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"syn-sent-blackhole", "do connection attempts to one destination get no answer?",
     "RFC 9293 §3.10.7.3; tcp(7) tcp_syn_retries; net/ipv4/tcp_timer.c, tcp_retransmit_timer(): "
     "tcp_syn_linear_timeouts",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
constexpr std::size_t kMostFindings = 5;

/// Since the first SYN: the timeouts that passed, and the running one as far as it has come. Where
/// tcp_syn_linear_timeouts is not known, its default makes the younger of two possible ages.
std::optional<std::uint64_t> waiting_ms(const Connection& row, const KernelLimits& limits) {
  if (!row.retransmits || !row.timer_ms) return std::nullopt;
  const std::uint32_t linear = limits.syn_linear_timeouts.value_or(kTcpSynLinearTimeouts);
  milliseconds end{};
  milliseconds timeout = kTcpTimeoutInit;
  for (std::uint32_t i = 0; i <= std::min(*row.retransmits, kMostRetries); ++i) {
    if (i > linear) timeout = std::min(timeout * 2, kTcpRtoMax);
    end += timeout;
  }
  const milliseconds left(*row.timer_ms);
  return end > left ? std::optional(static_cast<std::uint64_t>((end - left).count())) : std::nullopt;
}

/// Destinations that answer, as one bit each of a hash: a collision makes a blackhole a warning instead of critical.
class Answering {
 public:
  void add(const GroupKey& key) {
    if (bits_.empty()) bits_.resize(kBits / 64);
    const std::size_t bit = bit_of(key);
    bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  [[nodiscard]] bool has(const GroupKey& key) const {
    const std::size_t bit = bit_of(key);
    return !bits_.empty() && (bits_[bit / 64] >> bit % 64 & 1U) != 0;
  }

 private:
  static constexpr std::size_t kBits = std::size_t{1} << 20U;
  [[nodiscard]] std::size_t bit_of(const GroupKey& key) const { return hash_(key) % kBits; }

  GroupHash hash_;
  std::vector<std::uint64_t> bits_;
};

class SynSent : public Diagnosis {
 public:
  explicit SynSent(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), least_retransmits_(limit_of(rule_limits, kRule, "retransmits")) {}

  // Of the others, those whose peer has answered lately.
  [[nodiscard]] StateSet states() const override {
    return {State::syn_sent, State::established, State::close_wait, State::fin_wait1};
  }

  void connection(const Connection& row) override {
    if (row.state != State::syn_sent) {
      answering_.add(destination_of(row));
      return;
    }
    if (static_cast<double>(row.retransmits.value_or(0)) < least_retransmits_) return;
    destinations_.of(destination_of(row)).add(row, waiting_ms(row, rule_limits_.limits), rule_limits_.settings);
  }

  void conclude(const DiagnosisFacts& /*facts*/, std::vector<Finding>& out) override {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    std::size_t said = 0;
    for (const auto& [key, group] : destinations_.largest()) {
      Severity severity = judged(static_cast<double>(group->rows), warning, critical);
      if (severity == Severity::ok || said++ == kMostFindings) return;
      const bool nobody = !answering_.has(key);
      if (nobody) severity = Severity::critical;
      const Subject about = subject_of(key, *group);
      const std::string subject = about.text();
      std::vector<Evidence> because = {
          measured("unanswered_syns", static_cast<double>(group->rows), warning, "sockets", kFromDump),
          measured("most_retransmits", group->worst, least_retransmits_, "times", kFromDump),
      };
      if (nobody) because.push_back({"working_connections", 0, "<=", 0, "sockets", 0, std::string(kFromDump)});
      if (group->oldest_ms) {
        because.push_back(measured("oldest_s", static_cast<double>(*group->oldest_ms) / 1000, "s", kFromDump));
      }
      Finding one(std::string(kRule.id), severity, about, std::move(because));
      one.value = static_cast<double>(group->rows);
      one.unit = "sockets";
      one.warning = warning;
      one.critical = critical;
      one.message = subject + " does not answer " + counted(group->rows, "connection attempt") +
                    (group->process.empty() ? "" : " of " + group->process + "(" + std::to_string(group->pid) + ")") +
                    oldest_text(group->oldest_ms) +
                    (nobody ? ", and nothing else to it works: it is down, or a firewall drops the SYN"
                            : ", though other connections to it work: its queue is full, or segments get lost");
      one.next = list_command({State::syn_sent}, "-p " + filter_text(key));
      out.push_back(std::move(one));
    }
  }

 private:
  const RuleLimits& rule_limits_;
  double least_retransmits_;
  RowGroups destinations_;
  Answering answering_;
};

}  // namespace

std::unique_ptr<Diagnosis> make_syn_sent_diagnosis(const RuleLimits& rule_limits) {
  return std::make_unique<SynSent>(rule_limits);
}
std::span<const RuleInfo> syn_sent_rules() { return kRules; }

}  // namespace tcpstat::diagnose
