#include <algorithm>

#include "detect/measurements.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect::cookie_answers {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"few", 0.5, "ratio", "floods measure 0.01 to 0.2, a flood as large as the ordinary load 0.5"},
    {"some", 0.8, "ratio", "between: a flood beneath much ordinary load, or much loss"},
    {"most", 0.85, "ratio", "a flash crowd answers all cookies"},
    {"sent", 10, "cookies", "fewer make the ratio a matter of chance"},
    {"sent_for_relief", 50, "cookies", "more are needed to clear than to accuse"},
    {"unanswered", 20, "/s", "or half of the completions, whichever is more: floods are above both"},
    {"uncorrected", 10, "s", "two readings so far apart need no correction for the round trip"},
};
constexpr RuleInfo kRule = {"cookie-answers", "are SYN cookies answered?",
                            "RFC 4987 §3.6; net/ipv4/syncookies.c, cookie_v4_check(): SyncookiesRecv", kThresholds};
using Limits = LimitsOf<kRule>;

/// Cookies a second; fewer are none to speak of.
constexpr double kFlowPerS = 1;

using Counter = std::optional<std::uint64_t> KernelCounters::*;

std::optional<double> between(const std::optional<KernelCounters>& first, const std::optional<KernelCounters>& last,
                              Counter counter) {
  if (!first || !last) return std::nullopt;
  const auto more = growth((*first).*counter, (*last).*counter);
  if (!more) return std::nullopt;
  return static_cast<double>(*more);
}

// The ACK comes a round trip after the cookie: cookies count up to a second before the end, answers from a second after
// the start. Without that a flash crowd's first seconds read 0.44. Clients that come all at once, at the start, are
// seen by the readings at both ends only. A flood shows few answers either way.
std::optional<double> corrected(const SynInput& input, double uncorrected) {
  const auto sent = between(input.facts_before->counters, input.before_last_second, &KernelCounters::syncookies_sent);
  const auto answered = between(input.after_first_second, input.facts.counters, &KernelCounters::syncookies_recv);
  if (!sent || !answered || *sent <= 0) return std::nullopt;
  return std::max(*answered / *sent, uncorrected);
}

void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto sent = host.grown(&KernelCounters::syncookies_sent);
  const auto answered = host.grown(&KernelCounters::syncookies_recv);
  if (!sent || !answered) return;
  signals.cookies_flow = answer(*sent / *host.seconds() >= kFlowPerS);
  signals.unanswered_per_s = std::max(0.0, *sent - *answered) / *host.seconds();
  if (*sent < limit("sent")) return;
  const auto exact = corrected(host.input, *answered / *sent);
  const double ratio = exact.value_or(*answered / *sent);  // may exceed 1
  signals.cookie_answers = CookieAnswers::some;
  if (ratio < limit("some")) signals.cookie_answers = CookieAnswers::few;
  if (ratio >= limit("most")) signals.cookie_answers = CookieAnswers::nearly_all;
  double weight = 0;
  if (exact || *host.seconds() >= limit("uncorrected")) {
    if (ratio < limit("few")) {
      weight = 4;
    } else if (ratio < limit("some")) {
      weight = 2.5;
    } else if (ratio >= limit("most") && *sent >= limit("sent_for_relief")) {
      weight = -1;
    }
  }
  signals.add("cookie_answers", ratio, "<", limit("some"), "ratio", weight, "/proc/net/netstat");
  const double many = std::max(limit("unanswered"), signals.completions_per_s.value_or(0) / 2);
  const bool lacking = signals.cookie_answers == CookieAnswers::few;
  const double more = *signals.unanswered_per_s >= many && lacking ? 1 : 0;
  signals.counters_accuse = signals.counters_accuse || weight > 0 || more > 0;
  signals.add("cookies_unanswered", signals.unanswered_per_s, ">=", many, "/s", more, "/proc/net/netstat");
}

}  // namespace

bool cookies_hide_sources(const KernelFacts& before, const KernelFacts& now, const Thresholds& thresholds) {
  const Limits limit(thresholds);
  const auto sent = growth(before.counters.syncookies_sent, now.counters.syncookies_sent);
  const auto answered = growth(before.counters.syncookies_recv, now.counters.syncookies_recv);
  if (!sent || static_cast<double>(*sent) < limit("sent")) return false;
  return static_cast<double>(answered.value_or(0)) < limit("some") * static_cast<double>(*sent);
}

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/netstat, better four", judge};

}  // namespace tcpstat::detect::cookie_answers
