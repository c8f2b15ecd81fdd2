#include <chrono>

#include "detect/signals.h"

namespace tcpstat {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"none", 0.05, "ratio", "floods complete 0 %"},
    {"clients", 0.2, "ratio", "clients with 40 % of their ACKs lost complete 40 to 60 % within 3 s"},
    {"entries", kEnoughAged, "sockets", "fewer are a matter of chance"},
    {"expiry", 6.9, "s", "no request expires before its third timeout at 7 s, so what is gone earlier was answered"},
    {"apart", 15, "s", "later, what completed may have ended already: what is gone tells nothing any more"},
};

struct Count {
  double completed = 0;
  double all = 0;

  void add(bool answered) {
    all += 1;
    if (answered) completed += 1;
  }
};

Count sum(const Count& a, const Count& b) { return {a.completed + b.completed, a.all + b.all}; }

/// `apart`: seconds since it was `age` seconds old.
void add_gone(std::optional<double> age, double apart, const Limits& limit, Count& count) {
  const bool early = age && *age + apart < limit("expiry");
  if (early || apart <= limit("apart")) count.add(early);
}

Count old_ones(const Case& listener, const Limits& limit) {
  Count count;
  for (const HalfOpen* entry : listener.aged_before) {
    const auto fate = listener.input.now->fate(entry->cookie);
    if (!fate) continue;
    if (*fate == Fate::gone) {
      add_gone(entry->age_s(), *listener.seconds(), limit, count);
    } else {
      count.add(*fate == Fate::completed);
    }
  }
  return count;
}

/// `aged`: those that were met after their first timeout, or those that were met before it.
Count met_ones(const Case& listener, bool aged, const Limits& limit) {
  Count count;
  for (const Followed* entry : listener.followed) {
    const auto fate = listener.input.now->fate(entry->cookie);
    if (!fate || entry->aged != aged) continue;
    if (*fate == Fate::gone) {
      add_gone(entry->age_s, std::chrono::duration<double>(*listener.input.apart - entry->at).count(), limit, count);
    } else if (*fate == Fate::completed) {
      count.add(true);
    } else if (entry->answered <= *listener.input.apart) {
      count.add(false);
    }
  }
  return count;
}

// The cookie of a request is that of the connection it becomes (net/ipv4/inet_connection_sock.c, inet_csk_clone_lock()):
// the fate of each one that waited longer than a round trip is known.
void judge(const Case& listener, const Limits& limit, Signals& signals) {
  if (!listener.seconds()) return;
  Count count = sum(old_ones(listener, limit), met_ones(listener, true, limit));
  // Clients far away answer after their first half second: they count only where nothing better is known.
  if (count.all < limit("entries")) count = sum(count, met_ones(listener, false, limit));
  if (count.all < limit("entries")) return;
  signals.completed = count.completed / count.all;
  double weight = 0;
  if (*signals.completed < limit("none")) weight = 3;
  if (*signals.completed >= limit("clients")) weight = -4;
  signals.add("aged_completed", signals.completed, weight < 0 ? ">=" : "<", limit(weight < 0 ? "clients" : "none"),
              "ratio", weight, "sock_diag, two samples");
}

}  // namespace

constinit const Heuristic cohort_fate_heuristic = {
    {"cohort-fate", "do half-opens that waited longer than a round trip complete in the end?",
     "net/ipv4/inet_connection_sock.c, inet_csk_clone_lock(): the cookie is kept", kThresholds},
    Scope::listener,
    "two dumps with cookies (netlink)",
    judge};

}  // namespace tcpstat
