#include <algorithm>

#include "detect/measurements.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"entries", kEnoughSources, "entries", "fewer say nothing about where they come from"},
    {"unique", 0.9, "ratio", "random sources hardly ever repeat"},
    {"top", 0.5, "ratio", "one source or network sends half of all"},
    {"wide", 0.9, "ratio", "one /16 or /48 sends nearly all"},
    {"most", 0.5, "ratio", "one listener gets most of them, and is named"},
};

// Who sends a flood does not make it one: counters have decided that, so nothing here weighs. It names what they found.
void judge(const ListenerView& host, const Limits& limit, Measurements& signals) {
  const TrackedSample* tracked = host.input.tracked;
  if (tracked == nullptr || tracked->tracking != Tracking::read) return;
  const auto unanswered = static_cast<double>(tracked->unanswered);
  signals.add("tracked_half_opens", unanswered, ">=", limit("entries"), "entries", 0, "ctnetlink");
  if (unanswered < limit("entries") || tracked->sources.empty()) return;
  signals.tracked = unanswered;
  signals.sources = source_statistics(tracked->sources);
  const SourceStatistics& sources = *signals.sources;
  signals.add("tracked_unique_sources", sources.unique, ">=", limit("unique"), "ratio", 0, "ctnetlink");
  signals.add("tracked_source_entropy", sources.entropy, "", std::nullopt, "ratio", 0, "ctnetlink");
  signals.add("tracked_top_source", sources.top_source.share, ">=", limit("top"), "ratio", 0, "ctnetlink");
  signals.add("tracked_top_prefix", sources.top_prefix.share, ">=", limit("top"), "ratio", 0, "ctnetlink");
  signals.add("tracked_top_wide_prefix", sources.top_wide_prefix.share, ">=", limit("wide"), "ratio", 0, "ctnetlink");
  const double most = static_cast<double>(tracked->busiest_unanswered) / unanswered;
  if (tracked->busiest && most >= limit("most")) signals.tracked_listener = to_string(*tracked->busiest);
}

}  // namespace

constinit const Heuristic tracked_sources_heuristic = {
    {"tracked-sources", "where do the SYNs come from that cookies hide from the table?",
     "net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks[]: SYN_RECV until the ACK comes", kThresholds},
    Scope::host,
    "entries of connection tracking, with --interval and CAP_NET_ADMIN",
    judge};

}  // namespace tcpstat::detect
