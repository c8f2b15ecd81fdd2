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
};

void add_gone(const HalfOpen& entry, double apart, const Limits& limit, Count& count) {
  const auto age = entry.age_s();
  const bool early = age && *age + apart < limit("expiry");
  if (!early && apart > limit("apart")) return;
  count.all += 1;
  if (early) count.completed += 1;
}

// The cookie of a request is that of the connection it becomes (net/ipv4/inet_connection_sock.c, inet_csk_clone_lock()):
// the fate of each one that was old in the earlier sample is known.
void judge(const Case& listener, const Limits& limit, Signals& signals) {
  if (!listener.seconds()) return;
  Count count;
  for (const HalfOpen* entry : listener.aged_before) {
    const auto fate = listener.input.now->fate(entry->cookie);
    if (!fate) continue;
    switch (*fate) {
      case Fate::completed:
        count.completed += 1;
        count.all += 1;
        break;
      case Fate::waiting:
        count.all += 1;
        break;
      case Fate::gone:
        add_gone(*entry, *listener.seconds(), limit, count);
        break;
    }
  }
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
    {"cohort-fate", "do half-opens that were old complete in the end?",
     "net/ipv4/inet_connection_sock.c, inet_csk_clone_lock(): the cookie is kept", kThresholds},
    Scope::listener,
    "two dumps with cookies (netlink)",
    judge};

}  // namespace tcpstat
