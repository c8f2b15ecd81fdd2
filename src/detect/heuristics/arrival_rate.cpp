#include <algorithm>

#include "detect/measurements.h"

namespace tcpstat::detect::arrival_rate {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"settled", 3.5, "s",
     "the oldest request must be this old for the requests of the third round (3 to 7 s) to count"},
};
constexpr RuleInfo kRule = {"arrival-rate", "how many SYNs a second never complete?",
                            "net/ipv4/inet_connection_sock.c, reqsk_timer_handler(); RFC 6298 §5.5", kThresholds};
using Limits = LimitsOf<kRule>;

// Requests that wait for timer round k were sent 2^k - 1 to 2^(k+1) - 1 seconds ago: their number over that width is
// how many arrived each second and never completed. The last width ends at the oldest one.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (signals.amount_aged == Amount::few || !listener.oldest_s) return;
  const double oldest = *listener.oldest_s;
  const double from = oldest >= limit("settled") ? 3 : 1;
  const double to = std::min(2 * from + 1, oldest);
  const double width = std::max(to - from, 0.5);
  signals.arrivals_per_s = listener.by_rounds[from > 1 ? 2 : 1] / width;
  signals.add("never_completed_arrivals", signals.arrivals_per_s, "", std::nullopt, "/s", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows with retransmits and timers", judge};

}  // namespace tcpstat::detect::arrival_rate
