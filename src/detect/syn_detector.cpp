#include "detect/syn_detector.h"

#include <algorithm>

#include "detect/assess.h"
#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

SynVerdict verdict_of(const Assessment& judged, const HostAssessment& all, const SynInput& input) {
  std::vector<Evidence> evidence = judged.signals.evidence;
  const Measurements& host = all.host.signals;
  if (judged.of->now != nullptr && judged.takes_host_evidence) {
    evidence.insert(evidence.end(), host.evidence.begin(), host.evidence.end());
  }
  if (judged.of->now == nullptr) {
    evidence.push_back(
        {"half_opens", static_cast<double>(input.now->half_open()), "", std::nullopt, "sockets", 0, "sock_diag"});
  }
  SynVerdict out(judged.subject(), judged.level, std::move(evidence));
  out.attack_class = judged.attack_class;
  out.score = judged.score;
  out.rate_per_s = judged.rate_per_s;
  out.seconds_to_full = judged.seconds_to_full;
  if (judged.of->now == nullptr || judged.level == AttackLevel::none) out.blind = blind_spots(input);
  return out;
}

bool worth_a_verdict(const Assessment& judged) {
  return judged.level != AttackLevel::none || !judged.attack_class.empty() || judged.signals.half_open >= kEnoughAged;
}

}  // namespace

SynReport detect_syn(const SynInput& input, const Thresholds& thresholds) {
  const ListenerView host = host_case(input);
  std::vector<ListenerView> cases = listener_cases(input);
  const HostAssessment all = judge(host, cases, thresholds);
  SynReport report;
  report.verdicts.push_back(verdict_of(all.host, all, input));
  for (const Assessment& listener : all.listeners) {
    if (worth_a_verdict(listener)) report.verdicts.push_back(verdict_of(listener, all, input));
  }
  // A listener before the host that is as bad because of it.
  std::stable_sort(report.verdicts.begin(), report.verdicts.end(), [](const SynVerdict& a, const SynVerdict& b) {
    if (a.level != b.level) return a.level > b.level;
    if (a.subject.is_host() != b.subject.is_host()) return b.subject.is_host();
    return a.score > b.score;
  });
  report.impact = all.host.impact;
  report.findings = findings_of(all, input, thresholds);
  return report;
}

double never_completed_per_s(const SynInput& input, const Thresholds& thresholds) {
  const ListenerView host = host_case(input);
  Measurements counters;
  for (const Heuristic* heuristic : heuristics()) {
    if (heuristic->scope == Scope::host) heuristic->judge(host, Limits(heuristic->rule, thresholds), counters);
  }
  // Requests older than 3 s over the time in which they came.
  double tail = 0;
  for (const ListenerView& one : listener_cases(input)) {
    double old = 0;
    for (std::size_t k = 2; k < kRounds; ++k) old += one.by_rounds[k];
    tail += old / std::max(one.oldest_s.value_or(0) - 3, 4.0);
  }
  return tail + counters.unanswered_per_s.value_or(0) + counters.silent_drops_per_s.value_or(0);
}

std::span<const RuleInfo> detect_rules() {
  static const std::vector<RuleInfo> kRules = [] {
    std::vector<RuleInfo> out;
    for (const RuleInfo* rule : finding_rules()) out.push_back(*rule);
    for (const Heuristic* heuristic : heuristics()) out.push_back(heuristic->rule);
    return out;
  }();
  return kRules;
}

}  // namespace tcpstat::detect
