#include "detect/assess.h"

#include <algorithm>

#include "detect/finding_rules.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect {
namespace {

void run(Scope scope, const ListenerView& view, const Thresholds& thresholds, Measurements& signals) {
  for (const Heuristic* heuristic : heuristics()) {
    if (heuristic->scope == scope) heuristic->judge(view, thresholds, signals);
  }
}

/// What a listener's assessment asks about the others of its host.
struct Beside {
  std::size_t listeners = 0;
  bool some_full = false;  ///< lately
};

/// The host's counters do not say which listener they are about. They count for the only listener of a host, and for
/// one that is full (it sends cookies or drops SYNs) or that lost packets. A cookie is no lost packet: where one
/// listener is full and sends them, another one with room does not, whatever it lost.
bool host_speaks_of(const Assessment& one, const Beside& beside) {
  const bool only = beside.listeners == 1 && one.of->input.all_listeners;
  if (only || one.signals.saturated_lately == Answer::yes) return true;
  const bool cookies_of_another =
      beside.some_full && one.signals.saturated_lately == Answer::no && one.of->input.facts.settings.syncookies == 1;
  return one.signals.drops_per_s.value_or(0) > 0 && !cookies_of_another;
}

/// Nobody gets the SYN+ACKs of this listener: they do not leave the host, or do not arrive.
bool is_unheard(const Measurements& signals, const Measurements& host) {
  return signals.answers_unsent == Answer::yes || nobody_comes_through(signals, host);
}

/// RSTs of sources that did get a SYN+ACK accuse them, unless no SYN+ACK leaves this host.
bool resets_accuse(const Measurements& signals, const Measurements& host) {
  return host.sources_reset == Answer::yes && signals.answers_unsent != Answer::yes;
}

/// What the host's counters add to the score of a listener. Clients that no SYN+ACK reaches answer no cookie either,
/// and the SYNs that they repeat fill the queue. Then only RSTs prove anything, because whoever sends one did get the
/// SYN+ACK.
double from_host(const Assessment& one, const Measurements& host) {
  const double against = std::min(0.0, host.score);
  if (!one.takes_host_evidence) return against;
  return is_unheard(one.signals, host) && !resets_accuse(one.signals, host) ? against : host.score;
}

/// A full accept queue clears its listener. Other evidence that clears it counts half if the host's counters prove an
/// attack, because they do not tell which listener is attacked.
double combined(const Measurements& listener, double host_score) {
  double own = listener.score;
  if (host_score > 0 && own < 0 && listener.accept_queue != AcceptQueue::full) own /= 2;
  return own + host_score;
}

Impact impact_of(const Assessment& one, const Measurements& host, const SynInput& input) {
  if (one.signals.saturated_lately == Answer::yes) return Impact::full;
  if (one.takes_host_evidence) {
    const bool fallback = input.facts.settings.syncookies == 1;
    if (fallback && host.cookie_answers == CookieAnswers::few) return Impact::full;
    if (host.syns_dropped == Answer::yes) return Impact::full;
  }
  return one.signals.pressed_lately == Answer::yes ? Impact::pressure : Impact::none;
}

AttackLevel level_of(double score, Impact impact, const Thresholds& thresholds) {
  const LimitsOf<kSynFloodRule> limit(thresholds);
  if (score < limit("suspicious")) return AttackLevel::none;
  if (score < limit("likely")) return AttackLevel::suspicious;
  if (score >= limit("under_attack") && impact != Impact::none) return AttackLevel::under_attack;
  return AttackLevel::likely;
}

/// In one snapshot: until the second timer round has been seen for a second, nothing tells a flood from an outage.
constexpr double kOneRoundS = 4;
/// If three of four answers get lost, one client of four comes through.
constexpr double kSomeOfAll = 0.25;

/// Whether the requests may be those of clients that lose most of their ACKs: as many completed as theirs would; or the
/// outcomes are not known, and either all are young while other handshakes complete, or there is no earlier sample and
/// their ages fit such clients.
bool may_be_clients(const Assessment& one, const Measurements& host) {
  const Measurements& signals = one.signals;
  if (one.impact == Impact::none && signals.as_of_clients && !signals.requests_stay) return true;
  const bool few_complete = signals.completion == Completion::nobody || signals.completion == Completion::some;
  const bool fates_known = signals.fates_decide || few_complete;
  if (one.impact != Impact::none || fates_known || !one.of->oldest_s) return false;
  if (one.of->input.before == nullptr && (*one.of->oldest_s < kOneRoundS || !signals.requests_stay)) return true;
  if (*one.of->oldest_s >= kPrunedLifeS || !signals.arrivals_per_s) return false;
  return host.completions_per_s.value_or(0) >= kSomeOfAll * *signals.arrivals_per_s;
}

/// The sources are clients of this host: the path may lose their last ACKs. A full queue is not excused by that,
/// because it harms these clients, too.
bool may_be_lost_acks(const Assessment& one) {
  return one.signals.sources_are_clients == Answer::yes && one.impact != Impact::full;
}

AttackLevel with_floors(const Assessment& one, const Measurements& host, AttackLevel level) {
  const Measurements& signals = one.signals;
  const bool unheard = is_unheard(signals, host);
  const bool proven = one.takes_host_evidence && (unheard ? resets_accuse(signals, host) : host.counters_accuse);
  // Retries can be replayed: they neither clear a queue full of old requests nor prove an attack.
  const bool retried = signals.clients_retry == Answer::yes;
  if (retried && signals.amount_aged == Amount::many && signals.staleness == Staleness::most) {
    level = std::max(level, AttackLevel::suspicious);
  }
  if (may_be_clients(one, host) && !proven) level = std::min(level, AttackLevel::suspicious);
  if (may_be_lost_acks(one) && !proven) level = std::min(level, AttackLevel::suspicious);
  if (signals.may_defer == Answer::yes && !proven) level = std::min(level, AttackLevel::suspicious);
  if (unheard && !proven) level = std::min(level, AttackLevel::suspicious);
  // Whom such a queue keeps out, or of which network they are, is no matter of chance.
  const bool sure = signals.answers_unsent == Answer::yes || signals.cut_off == Answer::yes ||
                    signals.saturated_lately == Answer::yes;
  if (unheard && sure) level = std::max(level, AttackLevel::suspicious);
  if (undecided(one, host)) level = std::max(level, AttackLevel::suspicious);
  return level;
}

/// A few SYNs that never complete and harm nobody: the queue has room for them, and counters show no others.
bool is_stray(const Assessment& one, const Measurements& host) {
  const bool looks_like_a_flood = one.level >= AttackLevel::suspicious && !nobody_comes_through(one.signals, host);
  return looks_like_a_flood && one.impact == Impact::none && one.outlook.stray;
}

/// A full queue admits a SYN only when a request expires, and many expire at the same time. So the rate of one timer
/// round does not stand for the others.
std::optional<double> admitted_per_s(const Assessment& one) {
  const Measurements& signals = one.signals;
  if (signals.saturated_lately != Answer::yes || !signals.arrivals_per_s || !one.of->oldest_s) {
    return signals.arrivals_per_s;
  }
  return std::min(*signals.arrivals_per_s, signals.counted / std::max(*one.of->oldest_s, 1.0));
}

/// SYNs a second: those that wait in the queue in vain, and those that only the host's counters show.
std::optional<double> rate_of(const Assessment& one, const Measurements& host) {
  std::optional<double> rate = admitted_per_s(one);
  if (!one.takes_host_evidence) return rate;
  double more = host.untabled_per_s();
  if (host.score > 0 && one.attack_class == AttackClass::live_sources) more += host.embryonic_per_s.value_or(0);
  if (more > 0) rate = rate.value_or(0) + more;
  return rate;
}

/// Nothing if the queue never fills: requests expire after 7 s or less in a queue under pressure, so that it overflows
/// only above limit/7 SYN/s.
std::optional<double> seconds_to_full(const Measurements& signals, std::optional<double> rate,
                                      const KernelSettings& settings) {
  if (!signals.limit || !rate) return std::nullopt;
  if (signals.half_open >= *signals.limit) return 0;
  if (*rate <= *signals.limit / least_life_s(settings)) return std::nullopt;
  return (*signals.limit - signals.half_open) / *rate;
}

/// SYNs that are answered by a cookie each, or reset at once, never fill a queue.
bool leaves_queue_alone(const Assessment& one, const SynInput& input) {
  return one.attack_class == AttackClass::live_sources || input.facts.settings.syncookies == 2 ||
         synproxy_works(input.facts);
}

/// The counters accuse nobody if another trouble of a listener explains them, and no listener looks flooded.
bool counters_explained(const HostAssessment& all) {
  if (all.host.signals.sources_reset == Answer::yes) return false;
  bool explained = false;
  for (const Assessment& one : all.listeners) {
    const bool path = may_be_lost_acks(one) && !all.host.signals.counters_accuse;
    const bool other =
        path || one.attack_class == AttackClass::return_path || one.attack_class == AttackClass::small_queue;
    explained = explained || other;
    const bool spoken_of = one.takes_host_evidence && one.signals.saturated_lately == Answer::yes;
    if (!other && (spoken_of || one.level >= AttackLevel::suspicious)) return false;
  }
  return explained;
}

/// A filter leaves listeners out, and the counters speak of none of those that are left.
bool counters_are_of_others(const HostAssessment& all) {
  if (all.host.of->input.all_listeners) return false;
  return std::none_of(all.listeners.begin(), all.listeners.end(),
                      [](const Assessment& one) { return one.takes_host_evidence; });
}

void settle_host(HostAssessment& all, const Thresholds& thresholds) {
  Assessment& host = all.host;
  const bool of_others = counters_are_of_others(all);
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
  // The evidence of one listener must not count for another. Without counters the host is as bad as its worst listener.
  const bool explained = counters_explained(all);
  const bool accused = host.signals.score > 0 && !explained && !of_others;
  host.level = accused ? level_of(host.score, host.impact, thresholds) : AttackLevel::none;
  if (host.signals.adds_up == Answer::yes && !of_others && !explained)
    host.level = std::max(host.level, AttackLevel::suspicious);
  host.attack_class = of_others ? AttackClass::none : classify_host(host);
  host.rate_per_s = rate_of(host, host.signals);
  if (worst != nullptr && worst->level >= host.level && worst->level > AttackLevel::none) {
    host.level = worst->level;
    host.attack_class = worst->attack_class;
    host.rate_per_s = worst->rate_per_s;
    host.seconds_to_full = worst->seconds_to_full;
    host.score = worst->score;
  } else if (worst != nullptr && host.attack_class == AttackClass::none) {
    const auto named = std::find_if(all.listeners.begin(), all.listeners.end(), [](const Assessment& listener) {
      return listener.attack_class != AttackClass::none;
    });
    if (named != all.listeners.end()) host.attack_class = named->attack_class;
  }
}

void settle_together(HostAssessment& all) {
  Assessment& host = all.host;
  if (!all.together || all.together->level < host.level) return;
  host.level = all.together->level;
  host.attack_class = all.together->attack_class;
  host.rate_per_s = all.together->rate_per_s;
  host.score = all.together->score;
}

bool counters_known(const Measurements& host) { return host.unanswered_per_s && host.embryonic_per_s; }

}  // namespace

Subject Assessment::subject() const {
  return of->now == nullptr ? Subject::host() : Subject::endpoint(of->now->local, of->now->device);
}

namespace {

Assessment measure_listener(const ListenerView& view, const Thresholds& thresholds) {
  Assessment one;
  one.of = &view;
  run(Scope::listener, view, thresholds, one.signals);
  return one;
}

/// `one`: measured.
void judge_listener(Assessment& one, const Measurements& counters, const Beside& beside, const Thresholds& thresholds) {
  const ListenerView& view = *one.of;
  const SynInput& input = view.input;
  one.takes_host_evidence = host_speaks_of(one, beside);
  one.score = combined(one.signals, from_host(one, counters));
  one.impact = impact_of(one, counters, input);
  one.level = with_floors(one, counters, level_of(one.score, one.impact, thresholds));
  one.outlook = outlook_of(view, one.signals, counters, thresholds);
  const bool stray = is_stray(one, counters);
  if (stray) one.level = AttackLevel::none;
  one.attack_class = stray ? AttackClass::stray : classify(one, counters);
  one.rate_per_s = rate_of(one, counters);
  if (!leaves_queue_alone(one, input)) {
    one.seconds_to_full = seconds_to_full(one.signals, one.rate_per_s, input.facts.settings);
  }
}

Beside beside_of(const HostAssessment& all) {
  const bool full = std::any_of(all.listeners.begin(), all.listeners.end(),
                                [](const Assessment& one) { return one.signals.saturated_lately == Answer::yes; });
  return {.listeners = all.listeners.size(), .some_full = full};
}

void note_emptied(HostAssessment& all, const Thresholds& thresholds) {
  std::vector<const Measurements*> listeners;
  for (const Assessment& one : all.listeners) listeners.push_back(&one.signals);
  Assessment& host = all.host;
  host.outlook.emptied = emptied_since_last_run(host.of->input, host.signals, thresholds, listeners);
  for (Assessment& one : all.listeners) one.outlook.emptied = host.outlook.emptied && one.takes_host_evidence;
}

/// Its old requests have no other explanation than a flood.
bool unexplained(const Assessment& one) {
  if (one.of->now->sockets == 0 || one.signals.aged <= 0) return false;
  switch (one.attack_class) {
    case AttackClass::none:
    case AttackClass::stray:
    case AttackClass::random_sources:
    case AttackClass::mixed_sources:
    case AttackClass::single_source:
    case AttackClass::subnet:
      return true;
    case AttackClass::lossy_clients:
      // Clients would repeat their SYNs. Where nobody does, a few requests of a flood may thin out as clients' do by
      // chance.
      return one.signals.clients_retry != Answer::yes && one.signals.completion != Completion::clients;
    default:
      return false;
  }
}

/// SYNs a second that never complete at all listeners together: fewer are noise.
constexpr double kNoisePerS = 5;

void judge_together(HostAssessment& all, const Thresholds& thresholds) {
  std::vector<const ListenerView*> views;
  bool accused = false;
  for (const Assessment& one : all.listeners) {
    accused = accused || one.level >= AttackLevel::likely;
    if (!unexplained(one)) continue;
    all.unexplained.push_back(&one);
    views.push_back(one.of);
  }
  if (accused) return;
  all.pool = pool_of(views);
  if (all.pool == nullptr) return;
  all.together = measure_listener(*all.pool->view, thresholds);
  judge_listener(*all.together, all.host.signals, beside_of(all), thresholds);
  // Scanners leave a few requests at each listener. So low a rate is noise, at many listeners as at one.
  const Outlook& outlook = all.together->outlook;
  const bool noise = outlook.leaves_room && outlook.per_s.value_or(0) < kNoisePerS;
  if (noise || all.together->level < AttackLevel::likely) all.together.reset();
}

}  // namespace

HostAssessment assess(const ListenerView& host, std::vector<ListenerView>& views, const Thresholds& thresholds) {
  HostAssessment all;
  all.host.of = &host;
  all.host.takes_host_evidence = true;
  run(Scope::host, host, thresholds, all.host.signals);
  all.host.signals.table = host.input.completeness;
  const Measurements& counters = all.host.signals;
  const SynInput& input = host.input;
  for (ListenerView& view : views) {
    view.host = &counters;
    all.listeners.push_back(measure_listener(view, thresholds));
  }
  const Beside beside = beside_of(all);
  for (Assessment& one : all.listeners) judge_listener(one, counters, beside, thresholds);
  note_emptied(all, thresholds);
  judge_together(all, thresholds);
  settle_host(all, thresholds);
  settle_together(all);
  // What counters alone show may be about the listeners that a filter left over, unless their queues would show it.
  const bool untold = counters_are_of_others(all) && counters.score > 0 && !queues_syns(input.facts);
  const bool unseen = input.completeness == Completeness::partial || table_is_blind(input) || untold ||
                      (input.facts_before && !counters_known(counters));
  if (unseen && all.host.level == AttackLevel::none) all.host.level = AttackLevel::unknown;
  return all;
}

}  // namespace tcpstat::detect
