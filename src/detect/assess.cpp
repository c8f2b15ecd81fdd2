#include "detect/assess.h"

#include <algorithm>

namespace tcpstat::detect {
namespace {

constexpr double kPressure = 0.45;
constexpr double kSaturated = 0.9;
constexpr double kCookiesAnswered = 0.8;
constexpr double kRetried = 0.2;

void run(Scope scope, const ListenerView& one, const Thresholds& thresholds, Measurements& signals) {
  for (const Heuristic* heuristic : heuristics()) {
    if (heuristic->scope == scope) heuristic->judge(one, Limits(heuristic->rule, thresholds), signals);
  }
}

double fullest(const Assessment& judged) {
  const Measurements& signals = judged.signals;
  double fill = signals.fill.value_or(0);
  if (judged.of->before != nullptr && signals.limit) {
    fill = std::max(fill, static_cast<double>(judged.of->before->half_open) / *signals.limit);
  }
  return fill;
}

/// The host's counters do not name a listener. They speak of one that is full (cookies, drops) or that lost packets.
bool host_speaks_of(const Assessment& judged, std::size_t listeners) {
  return listeners == 1 || fullest(judged) >= kSaturated || judged.signals.drops_per_s.value_or(0) > 0;
}

/// A listener with a full accept queue is cleared in full; other things that speak for it count half beside counters
/// that prove an attack, because those do not say on which of the listeners.
double combined(const Measurements& listener, double host_score) {
  double own = listener.score;
  if (host_score > 0 && own < 0 && listener.accept_load.value_or(0) < kSaturated) own /= 2;
  return own + host_score;
}

Impact impact_of(const Assessment& judged, const Measurements& host, const SynInput& input) {
  const double fill = fullest(judged);
  if (fill >= kSaturated) return Impact::full;
  if (judged.takes_host_evidence) {
    const bool fallback = input.facts.settings.syncookies == 1;
    if (fallback && host.cookie_answers && *host.cookie_answers < kCookiesAnswered) return Impact::full;
    if (host.silent_drops_per_s.value_or(0) >= 1) return Impact::full;
  }
  return fill >= kPressure ? Impact::pressure : Impact::none;
}

AttackLevel level_of(double score, Impact impact, const Thresholds& thresholds) {
  if (score < thresholds.get(kSynFloodRule, "suspicious")) return AttackLevel::none;
  if (score < thresholds.get(kSynFloodRule, "likely")) return AttackLevel::suspicious;
  if (score >= thresholds.get(kSynFloodRule, "under_attack") && impact != Impact::none) {
    return AttackLevel::under_attack;
  }
  return AttackLevel::likely;
}

/// Counters of this very time accuse: cookies without answer, drops, RSTs. What earlier runs say is no such proof.
bool counters_accuse(const Measurements& host) {
  return std::any_of(host.evidence.begin(), host.evidence.end(),
                     [](const Evidence& one) { return one.weight > 0 && one.quantity != "never_completed_cusum"; });
}

/// Requests older than this may have expired (reqsk_timer_handler()); younger ones all wait still, or were answered.
constexpr double kNoneExpiredS = 7;
/// In one snapshot: until the second timer round has been seen for a second, nothing tells a flood from an outage.
constexpr double kOneRoundS = 4;
/// Where three of four answers get lost, each request that waits has a third of a client beside it that came through.
constexpr double kSomeOfAll = 0.25;
/// So many of what waited are more than a flood's neighbours.
constexpr double kClientsComplete = 0.2;

/// All that waits is young, nothing is known of its fate, and some of the others complete: clients that lose ACKs look
/// like that in their first seconds.
bool too_early(const Assessment& judged, const Measurements& host) {
  const Measurements& signals = judged.signals;
  const bool fates_known = signals.completed && (signals.fates_decide || *signals.completed < kClientsComplete);
  if (judged.impact != Impact::none || fates_known || !judged.of->oldest_s) return false;
  if (!judged.of->seconds()) return *judged.of->oldest_s < kOneRoundS;
  if (*judged.of->oldest_s >= kNoneExpiredS || !signals.arrivals_per_s) return false;
  return host.completions_per_s.value_or(0) >= kSomeOfAll * *signals.arrivals_per_s;
}

AttackLevel with_floors(const Assessment& judged, const Measurements& host, AttackLevel level) {
  const Measurements& signals = judged.signals;
  const bool proven = judged.takes_host_evidence && counters_accuse(host);
  const bool retried = signals.retried.value_or(0) >= kRetried;
  // Retries can be replayed, so they never clear a queue full of old requests, and never prove an attack either.
  if (retried && signals.aged >= kEnoughSources && signals.stale.value_or(0) >= 0.8) {
    level = std::max(level, AttackLevel::suspicious);
  }
  if (too_early(judged, host) && !proven) level = std::min(level, AttackLevel::suspicious);
  if (nobody_comes_through(signals) && !proven) level = std::min(level, AttackLevel::suspicious);
  if (undecided(judged, host)) level = std::max(level, AttackLevel::suspicious);
  return level;
}

/// A full queue lets a SYN in when another one expires, and those come in crowds: one round of the timer does not stand
/// for the others.
std::optional<double> admitted_per_s(const Assessment& judged) {
  const Measurements& signals = judged.signals;
  if (!signals.arrivals_per_s || fullest(judged) < kSaturated || !judged.of->oldest_s) return signals.arrivals_per_s;
  return std::min(*signals.arrivals_per_s, signals.counted / std::max(*judged.of->oldest_s, 1.0));
}

/// SYNs that wait in the queue in vain, and those that the host's counters add.
std::optional<double> rate_of(const Assessment& judged, const Measurements& host) {
  std::optional<double> rate = admitted_per_s(judged);
  if (!judged.takes_host_evidence) return rate;
  double more = host.unanswered_per_s.value_or(0) + host.silent_drops_per_s.value_or(0);
  if (host.score > 0 && judged.attack_class == attack_class::kLiveSources) more += host.embryonic_per_s.value_or(0);
  if (more > 0) rate = rate.value_or(0) + more;
  return rate;
}

/// A queue whose requests expire after three rounds (7 s) overflows only above limit/7 SYN/s; slower floods stay below.
std::optional<double> seconds_to_full(const Measurements& signals, std::optional<double> rate) {
  constexpr double kPrunedLifeS = 7;
  if (!signals.limit || !rate) return std::nullopt;
  if (signals.half_open >= *signals.limit) return 0;
  if (*rate <= *signals.limit / kPrunedLifeS) return std::nullopt;
  return (*signals.limit - signals.half_open) / *rate;
}

/// SYNs that are answered by a cookie each, or reset at once, never fill a queue.
bool leaves_queue_alone(const Assessment& judged, const SynInput& input) {
  return judged.attack_class == attack_class::kLiveSources || input.facts.settings.syncookies == 2 ||
         input.facts.filters.synproxy_syn_received.value_or(0) > 0;
}

void settle_host(HostAssessment& all, const SynInput& input, const Thresholds& thresholds) {
  Assessment& host = all.host;
  double best = 0;
  const Assessment* worst = nullptr;
  for (const Assessment& listener : all.listeners) {
    const double own = combined(listener.signals, host.signals.score) - host.signals.score;
    best = &listener == &all.listeners.front() ? own : std::max(best, own);
    host.impact = std::max(host.impact, listener.impact);
    if (worst == nullptr || listener.level > worst->level ||
        (listener.level == worst->level && listener.score > worst->score)) {
      worst = &listener;
    }
  }
  host.score = host.signals.score + best;
  // The best of many listeners must not borrow proof that belongs to another one: without counters the host is as bad as
  // its worst listener.
  host.level = host.signals.score > 0 ? level_of(host.score, host.impact, thresholds) : AttackLevel::none;
  if (input.cusum && *input.cusum > 1) host.level = std::max(host.level, AttackLevel::suspicious);
  host.attack_class = classify_host(host, input, thresholds);
  host.rate_per_s = rate_of(host, host.signals);
  if (worst != nullptr && worst->level >= host.level && worst->level > AttackLevel::none) {
    host.level = worst->level;
    host.attack_class = worst->attack_class;
    host.rate_per_s = worst->rate_per_s;
    host.seconds_to_full = worst->seconds_to_full;
    host.score = worst->score;
  } else if (worst != nullptr && host.attack_class.empty()) {
    const auto named = std::find_if(all.listeners.begin(), all.listeners.end(),
                                    [](const Assessment& listener) { return !listener.attack_class.empty(); });
    if (named != all.listeners.end()) host.attack_class = named->attack_class;
  }
}

bool counters_known(const Measurements& host) { return host.unanswered_per_s && host.embryonic_per_s; }

}  // namespace

Subject Assessment::subject() const { return of->now == nullptr ? Subject::host() : Subject::endpoint(of->now->local); }

HostAssessment judge(const ListenerView& host, std::vector<ListenerView>& cases, const Thresholds& thresholds) {
  HostAssessment all;
  all.host.of = &host;
  all.host.takes_host_evidence = true;
  run(Scope::host, host, thresholds, all.host.signals);
  const Measurements& counters = all.host.signals;
  const SynInput& input = host.input;
  for (ListenerView& one : cases) {
    one.host = &counters;
    Assessment judged;
    judged.of = &one;
    run(Scope::listener, one, thresholds, judged.signals);
    judged.takes_host_evidence = host_speaks_of(judged, cases.size());
    judged.score =
        combined(judged.signals, judged.takes_host_evidence ? counters.score : std::min(0.0, counters.score));
    judged.impact = impact_of(judged, counters, input);
    judged.level = with_floors(judged, counters, level_of(judged.score, judged.impact, thresholds));
    judged.attack_class = classify(judged, counters);
    judged.rate_per_s = rate_of(judged, counters);
    if (!leaves_queue_alone(judged, input)) judged.seconds_to_full = seconds_to_full(judged.signals, judged.rate_per_s);
    all.listeners.push_back(std::move(judged));
  }
  settle_host(all, input, thresholds);
  const bool unseen =
      input.seen == Seen::partial || table_is_blind(input) || (input.facts_before && !counters_known(counters));
  if (unseen && all.host.level == AttackLevel::none) all.host.level = AttackLevel::unknown;
  return all;
}

}  // namespace tcpstat::detect
