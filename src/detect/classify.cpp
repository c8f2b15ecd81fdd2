#include "detect/assess.h"

#include <algorithm>
#include <cmath>

namespace tcpstat::detect {
namespace {

constexpr double kRetried = 0.2;
constexpr double kDeferred = 0.3;
constexpr double kClientsComplete = 0.2;
constexpr double kNobodyCompletes = 0.05;
constexpr double kLoadedQueue = 0.9;
constexpr double kSaturated = 0.9;
constexpr double kFresh = 0.1;

bool accepts_slowly(const Assessment& judged, const Measurements& host) {
  const double load = judged.signals.accept_load.value_or(0);
  const bool lost = host.overflows_per_s.value_or(0) > 0 && judged.signals.drops_per_s.value_or(0) > 0;
  return load >= kLoadedQueue || (load >= 0.5 && lost);
}

/// By weight: survival counts as low only where chance cannot have made it so.
bool evidence_clears(const Measurements& signals, std::string_view quantity) {
  return std::any_of(signals.evidence.begin(), signals.evidence.end(),
                     [&](const Evidence& one) { return one.quantity == quantity && one.weight < 0; });
}

bool clients_complete(const Measurements& signals) {
  return signals.completed.value_or(0) >= kClientsComplete || evidence_clears(signals, "survival") ||
         evidence_clears(signals, "first_timeout_survivors");
}

bool cookies_are_answered(const Measurements& host) {
  if (host.cookie_answers) return *host.cookie_answers >= 0.85;
  return host.cookies_per_s.value_or(0) < 1;
}

std::string_view flood_type(const SourceStatistics* sources) {
  if (sources == nullptr) return attack_class::kMixed;
  if (sources->top_source.share >= 0.5) return attack_class::kSingle;
  if (sources->top_prefix.share >= 0.5 || sources->top_wide_prefix.share >= 0.9) return attack_class::kSubnet;
  if (sources->top_prefix.share < 0.2 && sources->unique >= 0.5) return attack_class::kRandom;
  return attack_class::kMixed;
}

}  // namespace

const SourceStatistics* sources_of(const Assessment& judged, const Measurements& host) {
  const bool tracked = judged.takes_host_evidence && host.sources && host.tracked > judged.signals.aged;
  const auto& sources = tracked ? host.sources : judged.signals.sources;
  return sources ? &*sources : nullptr;
}

bool nobody_comes_through(const Measurements& signals) {
  if (signals.retried.value_or(0) < kRetried || signals.aged < kEnoughAged) return false;
  if (clients_complete(signals)) return false;
  if (signals.completed) return *signals.completed < kNobodyCompletes;
  return signals.survival.value_or(0) >= 0.75 || signals.stale.value_or(0) >= 0.8;
}

bool undecided(const Assessment& judged, const Measurements& host) {
  const Measurements& signals = judged.signals;
  if (host.cookies_per_s || host.silent_drops_per_s) return false;  // counters decide
  if (accepts_slowly(judged, host) || signals.deferred.value_or(0) >= kDeferred) return false;
  return signals.fill.value_or(0) >= kSaturated && signals.counted >= kEnoughAged && signals.stale.value_or(1) < kFresh;
}

std::string_view classify(const Assessment& judged, const Measurements& host) {
  const Measurements& signals = judged.signals;
  if (accepts_slowly(judged, host)) return attack_class::kAcceptQueue;
  if (signals.deferred.value_or(0) >= kDeferred && *signals.deferred * signals.half_open >= kEnoughAged) {
    return attack_class::kDeferred;
  }
  const bool accused = judged.level >= AttackLevel::likely;
  if (nobody_comes_through(signals) && !accused) return attack_class::kReturnPath;
  const bool retried = signals.retried.value_or(0) >= kRetried;
  const double late = signals.aged + signals.rearmed;
  if (!accused && late >= kEnoughAged && late >= kFresh * signals.counted && (retried || clients_complete(signals))) {
    return attack_class::kLossy;
  }
  if (undecided(judged, host)) return attack_class::kUndecided;
  if (!accused && signals.counted >= kEnoughSources && signals.stale.value_or(1) < kFresh &&
      late + std::sqrt(late) < kFresh * signals.counted && cookies_are_answered(host)) {
    return attack_class::kFlashCrowd;
  }
  if (judged.level < AttackLevel::suspicious) return {};
  const bool few_aged = signals.aged < kEnoughAged;
  if (judged.takes_host_evidence && few_aged && host.embryonic_per_s.value_or(0) >= 10 &&
      host.embryonic_per_s.value_or(0) >= host.unanswered_per_s.value_or(0)) {
    return attack_class::kLiveSources;
  }
  return flood_type(sources_of(judged, host));
}

std::string_view classify_host(const Assessment& host, const SynInput& input, const Thresholds& thresholds) {
  const Measurements& signals = host.signals;
  const double embryonic = signals.embryonic_per_s.value_or(0);
  if (host.level >= AttackLevel::suspicious) {
    const double unanswered = signals.unanswered_per_s.value_or(0) + signals.silent_drops_per_s.value_or(0);
    return embryonic >= 10 && embryonic >= unanswered ? attack_class::kLiveSources
                                                      : flood_type(sources_of(host, signals));
  }
  // RSTs for SYNs to closed ports, or those of tcp_abort_on_overflow; programs that reset their own connections send no
  // more of them than they have connections.
  const double resets = signals.resets_per_s.value_or(0);
  const double overflows = input.facts.settings.abort_on_overflow == 1 ? signals.overflows_per_s.value_or(0) : 0;
  const double most = std::max(thresholds.get(kPortScanRule, "resets"), 2 * signals.completions_per_s.value_or(0));
  if (resets - overflows >= most && embryonic < resets / 10) return attack_class::kPortScan;
  return {};
}

}  // namespace tcpstat::detect
