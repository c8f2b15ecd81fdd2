#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <unordered_set>

#include "detect/measurements.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect::cohort_fate {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"none", 0.05, "ratio", "floods complete 0 %"},
    {"clients", 0.2, "ratio", "clients with 40 % of their ACKs lost complete 40 to 60 % within 3 s"},
    {"entries", kEnough, "sockets", "fewer are a matter of chance"},
    {"expiry", 6.9, "s",
     "no request expires before its third timeout at 7 s (earlier only by tcp_synack_retries 0 or 1), so what is gone "
     "was answered"},
    {"apart", 15, "s", "later, what completed may have ended already: what is gone tells nothing any more"},
};
constexpr RuleInfo kRule = {"cohort-fate", "do half-opens that waited longer than a round trip complete in the end?",
                            "net/ipv4/inet_connection_sock.c, inet_csk_clone_lock(): the cookie is kept", kThresholds};
using Limits = LimitsOf<kRule>;

struct Count {
  double completed = 0;
  double all = 0;
  double vanished = 0;  // too early to have expired, and in no other state: completed and closed, if anything
  double expired = 0;   // so late that it may have expired after one SYN+ACK that was sent again, or none

  void add(bool answered) {
    all += 1;
    if (answered) completed += 1;
  }
  /// Vanished requests count as completed as far as the host's completions can account for them; the rest tells
  /// nothing. Requests that may have expired count as unanswered as far as the completions cannot account for them.
  void account(std::optional<double> completions) {
    const double known = completions ? std::min(vanished, std::max(0.0, *completions - completed)) : vanished;
    completed += known;
    all += known;
    if (completions) all += std::max(0.0, expired - std::max(0.0, *completions - completed));
    vanished = 0;
    expired = 0;
  }
};

/// When requests of this host begin to expire, and whether that is sooner than the 7 s of other hosts.
struct Expiry {
  double at_s = 0;
  bool soon = false;
  bool of_the_past = false;  ///< what expired was the rest of something that has ended
};

/// Nothing old is left in the queue, and for long no request has come that is gone now. That it expired, as the look
/// before could tell, accuses nobody at present.
bool has_ended(const ListenerView& listener, const Measurements& signals, const Limits& limit) {
  if (signals.amount_aged != Amount::few || signals.saturated_lately == Answer::yes) return false;
  const auto seconds = [](std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); };
  const double apart = seconds(*listener.input.apart);
  const auto before = [&](const HalfOpen* entry) { return entry->age_s().value_or(0) + apart >= limit("apart"); };
  const auto met = [&](const TrackedRequest* entry) {
    return !entry->aged || entry->age_s + apart - seconds(entry->at) >= limit("apart");
  };
  return std::all_of(listener.aged_before.begin(), listener.aged_before.end(), before) &&
         std::all_of(listener.followed.begin(), listener.followed.end(), met);
}

Expiry expiry_of(const ListenerView& listener, const Measurements& signals, const Limits& limit) {
  constexpr double kJitterS = 0.1;
  const double life = least_life_s(listener.input.facts.settings);
  return {.at_s = std::min(limit("expiry"), life - kJitterS),
          .soon = life < kPrunedLifeS,
          .of_the_past = has_ended(listener, signals, limit)};
}

/// Counts what became of a request that was `age` seconds old `ago` before the second sample. A request that still
/// waits counts only if a client that is alive had the time to get the next SYN+ACK and to answer it.
void add(std::optional<Outcome> outcome, std::optional<double> age, std::chrono::milliseconds ago, bool was_asked,
         const Expiry& expiry, const Limits& limit, Count& count) {
  if (!outcome) return;
  if (*outcome == Outcome::gone) {
    const double apart = std::chrono::duration<double>(ago).count();
    const bool early = age && *age + apart < expiry.at_s;
    if (early) {
      count.vanished += 1;
    } else if (expiry.soon) {
      // The second sample comes when all have expired: whoever completed and closed is gone like them.
      count.expired += 1;
    } else if (apart <= limit("apart") && !expiry.of_the_past) {
      count.add(false);
    }
  } else if (*outcome == Outcome::completed || was_asked) {
    count.add(*outcome == Outcome::completed);
  }
}

/// Requests that have turned out to be deferred: their clients did answer.
std::unordered_set<std::uint64_t> deferred_cookies(const ListenerView& listener) {
  std::unordered_set<std::uint64_t> out;
  if (listener.now->deferred == 0) return out;
  for (const HalfOpen* entry : listener.requests) {
    if (entry->deferred()) out.insert(entry->cookie);
  }
  return out;
}

/// Counts requests that were met between the samples: after their first timeout if `aged`, else before it.
void add_met(const ListenerView& listener, bool aged, const Expiry& expiry, const Limits& limit, Count& count) {
  const std::chrono::milliseconds apart = *listener.input.apart;
  const auto deferred = deferred_cookies(listener);
  for (const TrackedRequest* entry : listener.followed) {
    if (entry->aged != aged || deferred.contains(entry->cookie)) continue;
    add(listener.input.now->outcome(entry->cookie), entry->age_s, apart - entry->at, entry->answered <= apart, expiry,
        limit, count);
  }
}

Count old_ones(const ListenerView& listener, const Expiry& expiry, const Limits& limit) {
  const std::chrono::milliseconds apart = *listener.input.apart;
  Count count;
  for (const HalfOpen* entry : listener.aged_before) {
    const bool asked = answered_after(*entry) <= apart;
    add(listener.input.now->outcome(entry->cookie), entry->age_s(), apart, asked, expiry, limit, count);
  }
  add_met(listener, true, expiry, limit, count);
  return count;
}

/// What programs in the kernel counted for every request: whether a SYN+ACK that was sent again had an answer before
/// the next was due. Nothing has to be inferred.
std::optional<Count> counted(const ListenerView& listener, const Limits& limit) {
  if (listener.input.counted == nullptr) return std::nullopt;
  Count count;
  for (const ListenerFates& one : listener.input.counted->listeners) {
    if (one.listener != listener.now->end()) continue;
    count.completed += static_cast<double>(one.fates.answered_late);
    count.all += static_cast<double>(one.fates.answered_late + one.fates.unanswered_again);
  }
  if (count.all < limit("entries")) return std::nullopt;
  return count;
}

/// Requests that an ICMP error ended. Each counts as a SYN that was dropped (net/ipv4/tcp_ipv4.c, tcp_v4_err():
/// tcp_listendrop()), and without cookies most of those are SYNs for which there was no room.
double ended_by_errors(const ListenerView& listener) {
  const auto drops = listener.grown(&KernelCounters::listen_drops);
  const auto overflows = listener.grown(&KernelCounters::listen_overflows);
  if (listener.input.facts.settings.syncookies.value_or(0) == 0 || !drops || !overflows) return 0;
  const double unrouted = listener.grown(&KernelCounters::out_no_routes).value_or(0);
  const double full = listener.grown(&KernelCounters::req_q_full_drop).value_or(0);
  return std::max(0.0, *drops - *overflows - full - unrouted);
}

/// Requests that something else than a handshake or their expiry ended.
double ended_otherwise(const ListenerView& listener) {
  return listener.grown(&KernelCounters::embryonic_rsts).value_or(0) + ended_by_errors(listener);
}

Count inferred(const ListenerView& listener, const Limits& limit, const Measurements& signals) {
  const Expiry expiry = expiry_of(listener, signals, limit);
  Count count = old_ones(listener, expiry, limit);
  // Distant clients may take longer than half a second to answer, so that requests that were met before their first
  // timeout count only if there are too few others.
  if (count.all + count.vanished + count.expired < limit("entries")) add_met(listener, false, expiry, limit, count);
  if (signals.answers_unsent == Answer::yes) count.vanished = 0;
  count.vanished = std::max(0.0, count.vanished - ended_otherwise(listener));
  count.account(listener.grown(&KernelCounters::passive_opens));
  return count;
}

// The cookie of a request is that of the connection it becomes (net/ipv4/inet_connection_sock.c,
// inet_csk_clone_lock()): so the outcome of each request that waited longer than a round trip is known.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (!listener.seconds()) return;
  const auto exact = counted(listener, limit);
  const Count count = exact ? *exact : inferred(listener, limit, signals);
  if (count.all < limit("entries")) return;
  const double completed = count.completed / count.all;
  const double clients = limit("clients");
  signals.completion = Completion::some;
  if (completed >= clients) signals.completion = Completion::clients;
  if (completed < limit("none")) signals.completion = Completion::nobody;
  double weight = signals.completion == Completion::nobody ? 3 : 0;
  // In a flood among clients that lose packets some complete too. A share that chance may have put above the limit
  // clears only by half; one that chance may have put below it clears a little.
  const double error = std::sqrt(completed * (1 - completed) / count.all);
  if (completed >= clients) {
    weight = completed - error >= clients ? -4 : -2;
  } else if (completed + error >= clients) {
    weight = -1;
  }
  signals.fates_decide = weight > 0 || weight < -2;
  // Two errors: chance does more once in 40.
  signals.as_of_clients = completed > 0 && completed + 2 * error >= clients;
  signals.add("aged_completed", completed, weight < 0 ? ">=" : "<", weight < 0 ? clients : limit("none"), "ratio",
              weight, exact ? "bpf" : "sock_diag, two samples");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "two dumps with cookies (netlink)", judge};

}  // namespace tcpstat::detect::cohort_fate
