#include <algorithm>
#include <cmath>

#include "detect/signals.h"

namespace tcpstat {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"clients", 0.6, "ratio", "40 % of the ACKs lost shows 0.4; a flood of constant rate shows 1"},
    {"chance", 0.75, "ratio", "the uncertainty of both numbers must stay below this"},
    {"fresh", 8, "sockets", "fewer aged half a second to a second are a matter of chance"},
    {"fill", 0.9, "ratio", "a full queue lets requests in by its own rhythm"},
    {"width", 1, "s", "the first round must have been seen for so long"},
};

constexpr double kFromS = 0.5;  // a round trip of real clients is over by then
constexpr double kToS = 1;      // the first timeout

// The density of requests aged 1 to 3 s over that of requests aged half a second to a second: how many survive the
// first SYN+ACK that is sent again. It speaks where later rounds and fates do not say yet, and it only clears.
void judge(const Case& listener, const Limits& limit, Signals& signals) {
  if (signals.completed || !listener.oldest_s || signals.fill.value_or(0) >= limit("fill")) return;
  if (signals.aged < kEnoughAged || listener.requests.empty()) return;
  const double width = std::min(*listener.oldest_s, 3.0) - kToS;
  if (width < limit("width")) return;
  const auto fresh =
      static_cast<double>(std::count_if(listener.requests.begin(), listener.requests.end(), [](const HalfOpen* entry) {
        const auto age = entry->age_s();
        return entry->rounds() == 0 && !entry->deferred() && age && *age >= kFromS && *age < kToS;
      }));
  // Fewer requests may have been kept than there are: both densities are of the kept ones.
  const auto first = static_cast<double>(std::count_if(listener.aged.begin(), listener.aged.end(),
                                                       [](const HalfOpen* entry) { return entry->rounds() == 1; }));
  if (fresh < limit("fresh")) return;
  const double survive = first / width / (fresh / (kToS - kFromS));
  const double error = survive * std::sqrt(1 / std::max(first, 1.0) + 1 / fresh);
  const bool cleared = survive < limit("clients") && survive + error < limit("chance");
  const bool later_rounds_accuse = signals.survival.value_or(0) >= limit("chance");
  const bool later_rounds_clear = signals.survival.value_or(1) < limit("clients");
  const double weight = cleared && !later_rounds_accuse && !later_rounds_clear ? -2.5 : 0;
  signals.add("first_timeout_survivors", survive, "<", limit("clients"), "ratio", weight, "sock_diag");
}

}  // namespace

constinit const Heuristic first_timeout_heuristic = {
    {"first-timeout", "do half-opens survive the first SYN+ACK that is sent again?",
     "RFC 6298 §5.5; net/ipv4/inet_connection_sock.c, reqsk_timer_handler()", kThresholds},
    Scope::listener,
    "half-open rows with retransmits and timers",
    judge};

}  // namespace tcpstat
