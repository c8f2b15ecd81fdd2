#include "detect/measurements.h"

namespace tcpstat::detect::synproxy_answers {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"answers", 0.5, "ratio", "as for SYN cookies: below it more SYNs are false than true"},
    {"received", 20, "SYNs", "fewer make the ratio a matter of chance"},
};
constexpr RuleInfo kRule = {"synproxy-answers", "are the SYN cookies of SYNPROXY answered?",
                            "iptables-extensions(8), SYNPROXY; net/netfilter/nf_synproxy_core.c", kThresholds};
using Limits = LimitsOf<kRule>;

// SYNPROXY answers SYNs before the listener sees them, with cookies of its own (net/netfilter/nf_synproxy_core.c).
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  if (!host.seconds()) return;
  const auto& now = host.input.facts.filters;
  const auto& before = host.input.facts_before->filters;
  const auto received = growth(before.synproxy_syn_received, now.synproxy_syn_received);
  const auto valid = growth(before.synproxy_cookie_valid, now.synproxy_cookie_valid);
  if (!received || !valid || static_cast<double>(*received) < limit("received")) return;
  const double ratio = static_cast<double>(*valid) / static_cast<double>(*received);
  signals.proxy_answers = answer(ratio >= limit("answers"));
  const double weight = signals.proxy_answers == Answer::no ? 4 : 0;
  signals.counters_accuse = signals.counters_accuse || weight > 0;
  signals.add("synproxy_answers", ratio, "<", limit("answers"), "ratio", weight, "/proc/net/stat/synproxy");
  signals.unanswered_per_s = signals.unanswered_per_s.value_or(0) +
                             (*received > *valid ? static_cast<double>(*received - *valid) / *host.seconds() : 0);
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "two readings of /proc/net/stat/synproxy", judge};

}  // namespace tcpstat::detect::synproxy_answers
