#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"unique", 0.9, "ratio", "random sources hardly ever repeat; crowds look the same, so it weighs little"},
    {"top", 0.5, "ratio", "one source or network sends half of all"},
    {"wide", 0.9, "ratio", "one /16 or /48 sends nearly all"},
    {"entries", kEnoughAged, "sockets", "fewer say nothing at all"},
    {"many", kEnoughSources, "sockets", "fewer weigh nothing: a handful of clients looks like anything"},
};

void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  const auto entries = static_cast<double>(listener.aged.size());
  if (entries < limit("entries")) return;
  const bool enough = entries >= limit("many");
  signals.sources = source_statistics(listener.aged);
  const SourceStatistics& sources = *signals.sources;
  signals.add("unique_sources", sources.unique, ">=", limit("unique"), "ratio",
              enough && sources.unique >= limit("unique") ? 0.5 : 0, "sock_diag");
  signals.add("source_entropy", sources.entropy, "", std::nullopt, "ratio", 0, "sock_diag");
  const double weight = enough && sources.top_prefix.share >= limit("top") ? 1 : 0;
  signals.add("top_source", sources.top_source.share, ">=", limit("top"), "ratio", 0, "sock_diag");
  signals.add("top_prefix", sources.top_prefix.share, ">=", limit("top"), "ratio", weight, "sock_diag");
  signals.add("top_wide_prefix", sources.top_wide_prefix.share, ">=", limit("wide"), "ratio", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic source_spread_heuristic = {
    {"source-spread", "do the half-opens come from one source, one network, or everywhere?",
     "RFC 4987 §2.1; one IPv6 host owns a /64 (RFC 4291 §2.5.1)", kThresholds},
    Scope::listener,
    "half-open rows",
    judge};

}  // namespace tcpstat::detect
