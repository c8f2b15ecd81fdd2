#include "detect/outlook.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "detect/finding_rules.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect {
namespace {

/// The age that 19 of 20 requests have reached. The youngest do not count, so that a client that lost its ACK does not
/// make an old flood look new.
std::optional<double> newest_s(const ListenerView& listener) {
  std::vector<double> ages;
  for (const HalfOpen* entry : listener.aged) {
    if (const auto age = entry->age_s()) ages.push_back(*age);
  }
  if (static_cast<double>(ages.size()) < kEnough) return std::nullopt;
  const auto at = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 20);
  std::nth_element(ages.begin(), at, ages.end());
  return *at;
}

/// From all requests that wait, not from one timer round, so that chance does not decide the rate of a slow flood.
std::optional<double> steady_rate(const ListenerView& listener, const Measurements& signals) {
  if (signals.amount_aged == Amount::few || !listener.oldest_s) return std::nullopt;
  return signals.aged / std::max(*listener.oldest_s - 1, 1.0);
}

bool is_stray_listener(const Outlook& outlook, const Measurements& signals, const Measurements& host,
                       const Thresholds& thresholds) {
  const LimitsOf<kStrayRule> limit(thresholds);
  const double completions = host.completions_per_s.value_or(0);
  const bool among_clients =
      *outlook.per_s < limit("rate_among_clients") && *outlook.per_s < limit("share") * (completions + *outlook.per_s);
  // A small count may be too high by chance: its uncertainty is the root of the number.
  const double surely = *outlook.per_s * (1 - 1 / std::sqrt(signals.aged));
  return *outlook.most_half_open < limit("room") * *signals.limit && (surely < limit("rate") || among_clients);
}

/// Seconds from the earlier sample to this one, where nothing tells what counters said in between.
std::optional<double> unseen_s(const SynInput& input) {
  if (!input.apart || input.before_last_second) return std::nullopt;
  return std::chrono::duration<double>(*input.apart).count();
}

/// Cookies and drops begin when a queue is full. If this one is not, the SYNs that counters show came to another
/// listener, or earlier.
bool takes_all_in(const SynInput& input, const Measurements& signals) {
  return signals.saturated == Answer::no && queues_syns(input.facts);
}

}  // namespace

bool queues_syns(const KernelFacts& facts) {
  return facts.settings.syncookies.value_or(2) != 2 && !synproxy_works(facts);
}

bool emptied_since_last_run(const SynInput& input, const Measurements& host, const Thresholds& thresholds,
                            std::span<const Measurements* const> listeners) {
  const LimitsOf<kSynFloodRule> limit(thresholds);
  // Sources that answer by RST leave nothing in a queue, either.
  const bool queued =
      queues_syns(input.facts) && requests_age(input.facts.settings) && host.sources_reset != Answer::yes;
  const double loud = host.untabled_per_s();
  if (!queued || loud < 1 || unseen_s(input).value_or(0) <= limit("over")) return false;
  return std::all_of(listeners.begin(), listeners.end(), [](const Measurements* one) {
    return one->saturated == Answer::no && one->amount_aged == Amount::few;
  });
}

Outlook outlook_of(const ListenerView& listener, const Measurements& signals, const Measurements& host,
                   const Thresholds& thresholds) {
  const LimitsOf<kSynFloodRule> limit(thresholds);
  Outlook out;
  out.per_s = steady_rate(listener, signals);
  const double life = request_life_s(listener.input.facts.settings);
  const bool counters_quiet = host.unanswered_per_s.value_or(0) < 1 && host.silent_drops_per_s.value_or(0) < 1;
  if (const auto newest = newest_s(listener);
      newest && *newest >= limit("over") && (counters_quiet || takes_all_in(listener.input, signals))) {
    out.over_for_s = *newest;
    out.gone_within_s = std::max(life - *newest, 1.0);
    // Nothing comes any more: what came is spread over the life of a request, as that of a steady rate would be.
    if (out.per_s) out.per_s = signals.aged / life;
  }
  if (!signals.limit || !out.per_s || signals.pressed_lately == Answer::yes) return out;
  // If there are many, one timer round tells the present rate; a flood that has ended brings no more.
  const double per_s = signals.amount_aged == Amount::many ? signals.arrivals_per_s.value_or(*out.per_s) : *out.per_s;
  out.most_half_open = std::max(per_s * life, signals.aged);
  const double others = signals.half_open - signals.aged;
  // Where another listener is meant, the counters say nothing of this one's room.
  const bool of_others =
      queues_syns(listener.input.facts) && signals.saturated_lately == Answer::no && signals.drops_per_s == 0;
  out.leaves_room = (counters_quiet || of_others) && *out.most_half_open + others < limit("pressure") * *signals.limit;
  out.stray = out.leaves_room && is_stray_listener(out, signals, host, thresholds);
  return out;
}

}  // namespace tcpstat::detect
