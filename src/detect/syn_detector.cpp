#include "detect/syn_detector.h"

#include <algorithm>

#include "detect/assess.h"
#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

SynVerdict verdict_of(const Assessment& one, const HostAssessment& all, const SynInput& input,
                      const Thresholds& thresholds) {
  std::vector<Evidence> evidence = one.signals.evidence;
  const Measurements& host = all.host.signals;
  if (one.of->now != nullptr && one.takes_host_evidence) {
    evidence.insert(evidence.end(), host.evidence.begin(), host.evidence.end());
  }
  if (one.of->now == nullptr) {
    // Of a table that was not read as a whole, none is no number.
    const std::uint64_t seen = input.now->half_open();
    const bool known = seen > 0 || input.completeness == Completeness::whole;
    evidence.push_back({"half_opens", known ? std::optional(static_cast<double>(seen)) : std::nullopt, "", std::nullopt,
                        "sockets", 0, "sock_diag"});
  }
  SynVerdict out(one.subject(), one.level, std::move(evidence));
  out.attack_class = one.attack_class;
  out.score = one.score;
  out.rate_per_s = one.rate_per_s;
  out.seconds_to_full = one.seconds_to_full;
  if (one.of->now == nullptr || one.level == AttackLevel::none) {
    out.blind = blind_spots(input, host, thresholds);
  }
  return out;
}

/// A listener with so many half-opens gets a verdict even if nothing is wrong.
constexpr double kWorthListing = 8;

bool worth_a_verdict(const Assessment& one) {
  return one.level != AttackLevel::none || one.attack_class != AttackClass::none ||
         one.signals.half_open >= kWorthListing;
}

}  // namespace

SynReport detect_syn(const SynInput& input, const Thresholds& thresholds) {
  const ListenerView host = host_view(input);
  std::vector<ListenerView> views = listener_views(input);
  const HostAssessment all = assess(host, views, thresholds);
  SynReport report;
  report.verdicts.push_back(verdict_of(all.host, all, input, thresholds));
  for (const Assessment& listener : all.listeners) {
    if (worth_a_verdict(listener)) report.verdicts.push_back(verdict_of(listener, all, input, thresholds));
  }
  // A listener stands before the host, which is as bad because of it.
  std::stable_sort(report.verdicts.begin(), report.verdicts.end(), [](const SynVerdict& a, const SynVerdict& b) {
    if (a.level != b.level) return a.level > b.level;
    if (a.subject.is_host() != b.subject.is_host()) return b.subject.is_host();
    return a.score > b.score;
  });
  report.impact = all.host.impact;
  report.unheard_and_full = std::any_of(all.listeners.begin(), all.listeners.end(), [](const Assessment& one) {
    return one.attack_class == AttackClass::return_path && one.level >= AttackLevel::suspicious &&
           one.signals.saturated_lately == Answer::yes;
  });
  report.findings = findings_of(all, input, thresholds);
  return report;
}

double never_completed_per_s(const SynInput& input, const Thresholds& thresholds) {
  const ListenerView host = host_view(input);
  Measurements counters;
  for (const Heuristic* heuristic : heuristics()) {
    if (heuristic->scope == Scope::host) heuristic->judge(host, thresholds, counters);
  }
  // Requests older than 3 s over the time in which they came.
  double tail = 0;
  for (const ListenerView& one : listener_views(input)) {
    double old = 0;
    for (std::size_t k = 2; k < kRounds; ++k) old += one.by_rounds[k];
    tail += old / std::max(one.oldest_s.value_or(0) - 3, 4.0);
  }
  // Where nearly all cookies are answered, the others are those of clients that repeat their SYNs.
  const bool answered = counters.cookie_answers == CookieAnswers::nearly_all && counters.proxy_answers != Answer::no;
  return tail + (answered ? counters.silent_drops_per_s.value_or(0) : counters.untabled_per_s());
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
