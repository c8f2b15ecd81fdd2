#include "detect/assess.h"

namespace tcpstat::detect {
namespace {

bool accepts_slowly(const Assessment& listener, const Measurements& host) {
  const bool lost = host.overflows_per_s.value_or(0) > 0 && listener.signals.drops_per_s.value_or(0) > 0;
  const AcceptQueue queue = listener.signals.accept_queue;
  return queue == AcceptQueue::full || (queue == AcceptQueue::loaded && lost);
}

bool clients_complete(const Measurements& signals) {
  return signals.completion == Completion::clients || signals.rounds_thin_out;
}

/// SYNs are dropped at this listener although its clients complete as fast as the queue admits them.
bool lacks_room(const Assessment& listener, const Measurements& host) {
  if (host.queue_turns_over != Answer::yes || !listener.takes_host_evidence) return false;
  return listener.signals.drops_per_s.value_or(1) > 0 && listener.signals.counted > 0;
}

/// Where few cookies are sent, it does not matter whether they are answered.
bool cookies_are_answered(const Measurements& host) {
  if (host.cookie_answers != CookieAnswers::unknown) return host.cookie_answers == CookieAnswers::nearly_all;
  return host.cookies_flow != Answer::yes;
}

/// Not a flood among them.
constexpr double kMostOfThem = 0.5;

/// Those that wait are clients, which repeat their SYNs. In a full queue hardly any of those that still try is let in,
/// so that fewer do; then it takes that most have other connections here, and that nobody is known to complete.
bool clients_wait(const Measurements& signals) {
  if (signals.clients_retry == Answer::yes) return true;
  const bool some = signals.some_retry == Answer::yes && signals.known_share.value_or(0) >= kMostOfThem;
  const bool completed = signals.completion == Completion::some || signals.completion == Completion::clients;
  return some && signals.saturated_lately == Answer::yes && !completed;
}

/// In a full queue each repeated SYN makes a request look fresh, whose client answers no cookie either.
bool most_wait_in_full_queue(const Measurements& signals, const Measurements& host) {
  return signals.saturated_lately == Answer::yes && signals.staleness == Staleness::some &&
         signals.retry_share.value_or(0) >= kMostOfThem && host.cookie_answers == CookieAnswers::few;
}

AttackClass flood_class(const Origin* origin) {
  return origin == nullptr ? AttackClass::mixed_sources : origin->attack_class;
}

/// More requests end by RST than wait for an answer to a cookie, or are dropped.
bool mostly_reset(const Measurements& host, double others_per_s) {
  if (host.resets_are_spread == Answer::yes) return false;
  return host.sources_reset == Answer::yes && host.embryonic_per_s.value_or(0) >= others_per_s;
}

}  // namespace

const Origin* origin_of(const Assessment& one, const Measurements& host) {
  const bool tracked = one.takes_host_evidence && host.origin && host.tracked > one.signals.aged;
  const auto& origin = tracked ? host.origin : one.signals.origin;
  return origin ? &*origin : nullptr;
}

bool nobody_comes_through(const Measurements& signals, const Measurements& host) {
  if (!clients_wait(signals) || signals.amount_aged == Amount::few) return false;
  // Where each starts its timer anew, and none of its network is connected, rounds that get thinner are no answers.
  const bool cut_off = signals.cut_off == Answer::yes && signals.completion != Completion::clients;
  if (clients_complete(signals) && !cut_off) return false;
  // A repeated SYN makes a request look younger than it is, so that some seem to end before they can expire.
  const bool some = signals.completion == Completion::some && signals.staleness == Staleness::most;
  if (signals.completion != Completion::unknown) return signals.completion == Completion::nobody || some;
  return signals.requests_survive == Answer::yes || signals.staleness == Staleness::most || cut_off ||
         most_wait_in_full_queue(signals, host);
}

bool undecided(const Assessment& listener, const Measurements& host) {
  const Measurements& signals = listener.signals;
  if (host.cookies_flow != Answer::unknown || host.silent_drops_per_s) return false;  // counters decide
  if (accepts_slowly(listener, host) || signals.deferring == Answer::yes) return false;
  return signals.saturated == Answer::yes && signals.amount_counted != Amount::few &&
         signals.staleness == Staleness::fresh;
}

AttackClass classify(const Assessment& listener, const Measurements& host) {
  const Measurements& signals = listener.signals;
  const bool accused = listener.level >= AttackLevel::likely;
  // Half-opens in front of a full accept queue are no proof, but the host's counters are.
  const bool proven = accused && listener.takes_host_evidence && host.counters_accuse;
  if (accepts_slowly(listener, host) && !proven) return AttackClass::accept_queue;
  // Deferred requests add nothing to the score, so that a suspicious level has another reason.
  const bool deferred = signals.deferring == Answer::yes && signals.amount_deferred != Amount::few;
  if (deferred && listener.level < AttackLevel::suspicious) return AttackClass::deferred_accept;
  if (!accused && lacks_room(listener, host)) return AttackClass::small_queue;
  if (signals.answers_unsent == Answer::yes) return AttackClass::return_path;
  if (nobody_comes_through(signals, host) && !accused) return AttackClass::return_path;
  const bool clients = signals.clients_retry == Answer::yes || clients_complete(signals);
  // Requests whose listener is gone have no clients any more.
  const bool served = listener.of->now->sockets > 0;
  if (!accused && signals.late.many() && clients && served) return AttackClass::lossy_clients;
  if (undecided(listener, host)) return AttackClass::undecided;
  // A small queue that is full has room for no crowd.
  const bool crowd = (signals.amount_counted == Amount::many || signals.saturated == Answer::yes) &&
                     signals.staleness == Staleness::fresh;
  if (!accused && crowd && signals.late.surely_few() && cookies_are_answered(host)) return AttackClass::flash_crowd;
  if (listener.level < AttackLevel::suspicious) return AttackClass::none;
  const bool resets = mostly_reset(host, host.unanswered_per_s.value_or(0));
  if (listener.takes_host_evidence && signals.amount_aged == Amount::few && resets) return AttackClass::live_sources;
  return flood_class(origin_of(listener, host));
}

AttackClass classify_host(const Assessment& host) {
  const Measurements& signals = host.signals;
  if (host.level >= AttackLevel::suspicious) {
    const double others = signals.untabled_per_s();
    return mostly_reset(signals, others) ? AttackClass::live_sources : flood_class(origin_of(host, signals));
  }
  if (signals.sources_reset == Answer::yes && signals.resets_are_spread == Answer::yes) {
    return AttackClass::live_sources;
  }
  return signals.closed_ports_probed == Answer::yes ? AttackClass::port_scan : AttackClass::none;
}

}  // namespace tcpstat::detect
