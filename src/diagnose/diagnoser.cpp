#include "diagnose/diagnoser.h"

#include <algorithm>
#include <utility>

namespace tcpstat::diagnose {
namespace {

constexpr auto kKinds = std::to_array<DiagnosisKind>({
#define STATE(name) {name::make, name::rules},
#define ACROSS(name) STATE(name)
#include "diagnose/states.def"
#undef ACROSS
#undef STATE
});

}  // namespace

Diagnoser::Diagnoser(RuleLimits rule_limits)
    : rule_limits_(std::move(rule_limits)), early_listeners_(rule_limits_.ports) {
  rule_limits_.ports = LocalPorts(rule_limits_.settings);
  for (const DiagnosisKind& kind : kKinds) {
    Diagnosis& diagnosis = *all_.emplace_back(kind.make(rule_limits_));
    for (const StateInfo& row : states()) {
      if (diagnosis.states().has(row.state)) wanted_by_[static_cast<std::size_t>(row.state)].push_back(&diagnosis);
    }
  }
}

Flow Diagnoser::connection(const Connection& row) {
  if (row.state == State::close_wait) ++close_waits_;
  left_.see(row, rule_limits_.ports);
  turnover_.see(row, rule_limits_.ports, rule_limits_.limits);
  for (Diagnosis* diagnosis : wanted_by_[static_cast<std::size_t>(row.state)]) diagnosis->connection(row);
  return Flow::more;
}

Flow Diagnoser::listener(const Listener& row) {
  left_.see(row);
  for (Diagnosis* diagnosis : wanted_by_[static_cast<std::size_t>(State::listen)]) diagnosis->listener(row);
  return Flow::more;
}

std::vector<Finding> Diagnoser::finish(const DiagnosisFacts& facts) {
  std::vector<Finding> out;
  DiagnosisFacts known = facts;
  known.turnover = &turnover_;
  for (const auto& diagnosis : all_) diagnosis->conclude(known, out);
  std::stable_sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return out;
}

std::vector<Unseen> Diagnoser::not_seen() const {
  std::vector<Unseen> out;
  for (const auto& diagnosis : all_) diagnosis->not_seen(out);
  return out;
}

std::span<const RuleInfo> diagnose_rules() {
  static const std::vector<RuleInfo> kRules = [] {
    std::vector<RuleInfo> rules;
    for (const DiagnosisKind& kind : kKinds) {
      const auto some = kind.rules();
      rules.insert(rules.end(), some.begin(), some.end());
    }
    return rules;
  }();
  return kRules;
}

}  // namespace tcpstat::diagnose
