#include <algorithm>

#include "detect/measurements.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect::tracked_sources {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"entries", kMany, "entries", "fewer say nothing about where they come from"},
};
constexpr RuleInfo kRule = {"tracked-sources", "where do the SYNs come from that cookies hide from the table?",
                            "net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks[]: SYN_RECV until the ACK comes",
                            kThresholds};
using Limits = LimitsOf<kRule>;

// Counters decide whether there is a flood, not who sends the SYNs. So this adds no weight; it names the sources.
void judge(const ListenerView& host, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const TrackedSample* tracked = host.input.tracked;
  if (tracked == nullptr || tracked->tracking != Tracking::read) return;
  const auto reset = static_cast<double>(tracked->reset);
  if (reset >= limit("entries") && !tracked->reset_sources.empty()) {
    const SourceStatistics sources = source_statistics(tracked->reset_sources);
    signals.reset_origin = source_spread::origin_of(sources, thresholds);
    signals.add("tracked_reset_sources", sources.unique * reset, "", std::nullopt, "sources", 0, "ctnetlink");
    signals.add("tracked_reset_top_source", sources.top_source.share, "", std::nullopt, "ratio", 0, "ctnetlink");
  }
  const auto unanswered = static_cast<double>(tracked->unanswered);
  signals.add("tracked_half_opens", unanswered, ">=", limit("entries"), "entries", 0, "ctnetlink");
  if (unanswered < limit("entries") || tracked->sources.empty()) return;
  signals.tracked = unanswered;
  signals.sources = source_statistics(tracked->sources);
  signals.origin = source_spread::origin_of(*signals.sources, thresholds);
  const SourceStatistics& sources = *signals.sources;
  signals.add("tracked_unique_sources", sources.unique, "", std::nullopt, "ratio", 0, "ctnetlink");
  signals.add("tracked_source_entropy", sources.entropy, "", std::nullopt, "ratio", 0, "ctnetlink");
  signals.add("tracked_top_source", sources.top_source.share, "", std::nullopt, "ratio", 0, "ctnetlink");
  signals.add("tracked_top_prefix", sources.top_prefix.share, "", std::nullopt, "ratio", 0, "ctnetlink");
  signals.add("tracked_top_wide_prefix", sources.top_wide_prefix.share, "", std::nullopt, "ratio", 0, "ctnetlink");
  const bool most = 2 * tracked->busiest_unanswered >= tracked->unanswered;
  if (tracked->busiest && most) signals.tracked_listener = to_string(*tracked->busiest);
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host,
                                       "entries of connection tracking, with --interval and CAP_NET_ADMIN", judge};

}  // namespace tcpstat::detect::tracked_sources
