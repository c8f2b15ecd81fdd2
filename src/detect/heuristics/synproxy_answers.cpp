#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"answers", 0.5, "ratio", "as for SYN cookies: below it more SYNs are false than true"},
    {"received", 20, "SYNs", "fewer make the ratio a matter of chance"},
};

// SYNPROXY answers SYNs before the listener sees them, with cookies of its own (net/netfilter/nf_synproxy_core.c).
void judge(const ListenerView& host, const Limits& limit, Measurements& signals) {
  if (!host.seconds()) return;
  const auto& now = host.input.facts.filters;
  const auto& before = host.input.facts_before->filters;
  const auto received = growth(before.synproxy_syn_received, now.synproxy_syn_received);
  const auto valid = growth(before.synproxy_cookie_valid, now.synproxy_cookie_valid);
  if (!received || !valid || static_cast<double>(*received) < limit("received")) return;
  signals.proxy_answers = static_cast<double>(*valid) / static_cast<double>(*received);
  const double weight = *signals.proxy_answers < limit("answers") ? 4 : 0;
  signals.add("synproxy_answers", signals.proxy_answers, "<", limit("answers"), "ratio", weight,
              "/proc/net/stat/synproxy");
  signals.unanswered_per_s = signals.unanswered_per_s.value_or(0) +
                             (*received > *valid ? static_cast<double>(*received - *valid) / *host.seconds() : 0);
}

}  // namespace

constinit const Heuristic synproxy_answers_heuristic = {
    {"synproxy-answers", "are the SYN cookies of SYNPROXY answered?",
     "iptables-extensions(8), SYNPROXY; net/netfilter/nf_synproxy_core.c", kThresholds},
    Scope::host,
    "two readings of /proc/net/stat/synproxy",
    judge};

}  // namespace tcpstat::detect
