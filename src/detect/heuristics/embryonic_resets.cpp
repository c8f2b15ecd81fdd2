#include <algorithm>

#include "detect/measurements.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect::embryonic_resets {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"some", 10, "/s", "or 0.3 of the completions: browsers give up a few"},
    {"as_many", 40, "/s", "or as many as the completions: checks of a load balancer are fewer"},
    {"many", 50, "/s", "or three times the completions: no clients do that"},
    {"one_listener", 25, "/s", "at one listener: a few hosts that check it once a second or less often are fewer"},
    {"all_listeners", 100, "/s", "checks of many listeners together stay below"},
    {"repeating", 0.5, "ratio", "of the sources are different: checkers come again and again, forged ones do not"},
    {"pair", 2, "/s", "of one host at one listener: checks come every second or less often"},
};
constexpr RuleInfo kRule = {"embryonic-resets", "do sources answer SYN+ACKs with RST?",
                            "RFC 9293 §3.10.7.4; net/ipv4/tcp_minisocks.c, tcp_check_req(): EmbryonicRsts",
                            kThresholds};
using Limits = LimitsOf<kRule>;

/// The most that one listener lost in a second. A RST that ends a request counts among what its listener lost
/// (net/ipv4/tcp_minisocks.c, tcp_check_req()).
double most_at_one(const ListenerView& host, double rate) {
  if (host.input.before == nullptr || host.input.now->listeners.size() < 2) return rate;
  const auto drops = host.input.now->drops_since(*host.input.before);
  if (drops.empty()) return rate;
  return std::min(rate, static_cast<double>(drops.front().count) / *host.seconds());
}

/// Whether the sources are health checkers, by connection tracking: those come again and again, and rarely to each
/// listener. Nothing: it does not tell.
std::optional<bool> are_checkers(const ListenerView& host, double rate, const Limits& limit) {
  const TrackedSample* tracked = host.input.tracked;
  if (tracked == nullptr || tracked->tracking != Tracking::read || host.input.before == nullptr) return std::nullopt;
  const auto known = static_cast<double>(tracked->reset_sources.size());
  if (known < kMany) return std::nullopt;
  const double unique = source_statistics(tracked->reset_sources).unique;
  if (unique > limit("repeating")) return false;
  const auto listeners = host.input.now->drops_since(*host.input.before).size();
  const double pairs = std::max(1.0, unique * known) * static_cast<double>(std::max<std::size_t>(listeners, 1));
  return rate / pairs < limit("pair");
}

/// No host-wide number tells a flood from health checks that end by RST. But checks come thinly: to each listener from
/// a few hosts. Where no listener has more than one host brings, they are checks of any number of listeners.
bool are_spread(const ListenerView& host, double rate, const Limits& limit) {
  if (const auto known = are_checkers(host, rate, limit)) return *known;
  const double most = most_at_one(host, rate);
  return (rate < limit("all_listeners") && most < limit("one_listener")) || most < limit("pair");
}

// Sources that exist answer the unexpected SYN+ACK with a RST, which ends the half-open at once: the table stays empty.
// The expiry of a half-open does not count here (net/ipv4/tcp_minisocks.c, tcp_check_req()).
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  signals.embryonic_per_s = host.per_s(&KernelCounters::embryonic_rsts);
  if (!signals.embryonic_per_s) return;
  const double completions = signals.completions_per_s.value_or(0);
  const double some = std::max(limit("some"), 0.3 * completions);
  const double many = std::max(limit("many"), 3 * completions);
  const double as_many = std::max(limit("as_many"), completions);
  const double rate = *signals.embryonic_per_s;
  double weight = 0;
  double against = some;
  if (rate >= many) {
    weight = 5;
    against = many;
  } else if (rate >= as_many) {
    weight = 4;
    against = as_many;
  } else if (rate >= some) {
    weight = 3;
  }
  signals.sources_reset = answer(rate >= some);
  signals.resets_are_spread = answer(are_spread(host, rate, limit));
  if (signals.resets_are_spread == Answer::yes) weight = 0;
  signals.counters_accuse = signals.counters_accuse || weight > 0;
  signals.add("embryonic_resets", rate, ">=", against, "/s", weight, "/proc/net/netstat");
}

}  // namespace

bool resets_hide_sources(const KernelFacts& before, const KernelFacts& now) {
  constexpr std::uint64_t kWorthAsking = 100;
  return growth(before.counters.embryonic_rsts, now.counters.embryonic_rsts).value_or(0) >= kWorthAsking;
}

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/netstat", judge};

}  // namespace tcpstat::detect::embryonic_resets
