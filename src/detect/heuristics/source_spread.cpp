#include "detect/measurements.h"

namespace tcpstat::detect::source_spread {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"unique", 0.9, "ratio", "random sources hardly ever repeat; crowds look the same, so it weighs little"},
    {"top", 0.5, "ratio", "one source or network sends half of all"},
    {"wide", 0.9, "ratio", "one /16 or /48 sends nearly all"},
    {"different", 0.5, "ratio", "with no network above `even`, the sources are random ones"},
    {"even", 0.2, "ratio", "random sources lie in no network this often"},
    {"entries", kEnough, "sockets", "fewer say nothing at all"},
    {"many", kMany, "sockets", "fewer weigh nothing: a handful of clients looks like anything"},
};
constexpr RuleInfo kRule = {"source-spread", "do the half-opens come from one source, one network, or everywhere?",
                            "RFC 4987 §2.1; one IPv6 host owns a /64 (RFC 4291 §2.5.1)", kThresholds};
using Limits = LimitsOf<kRule>;

void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto entries = static_cast<double>(listener.aged.size());
  if (entries < limit("entries")) return;
  const bool enough = entries >= limit("many");
  signals.sources = source_statistics(listener.aged);
  signals.origin = origin_of(*signals.sources, thresholds);
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

Origin origin_of(const SourceStatistics& sources, const Thresholds& thresholds) {
  const Limits limit(thresholds);
  const TopShare& prefix = sources.top_prefix;
  const TopShare& wide = sources.top_wide_prefix;
  const TopShare& source = sources.top_source;
  if (source.share >= limit("top")) return {AttackClass::single_source, source.text, source.network, source.share};
  if (prefix.share >= limit("top")) return {AttackClass::subnet, prefix.text, prefix.network, prefix.share};
  if (wide.share >= limit("wide")) return {AttackClass::subnet, wide.text, wide.network, wide.share};
  if (prefix.share < limit("even") && sources.unique >= limit("different")) return {AttackClass::random_sources, ""};
  return {AttackClass::mixed_sources, ""};
}

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows", judge};

}  // namespace tcpstat::detect::source_spread
