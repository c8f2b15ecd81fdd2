#include "detect/measurements.h"
#include "model/dropped_for_room.h"

namespace tcpstat::detect::conntrack_pressure {
namespace {

constexpr RuleInfo kRule = {"conntrack-pressure",
                            "is the connection tracking table full?",
                            "Documentation/networking/nf_conntrack-sysctl.rst, nf_conntrack_max",
                            {}};

// A flood makes one entry a SYN, also with SYN cookies. A full table loses connections of everybody, but what fills it
// may be ordinary load: no weight.
void judge(const ListenerView& host, const Thresholds&, Measurements& signals) {
  const auto& settings = host.input.facts.settings;
  if (settings.conntrack_count && settings.conntrack_max && *settings.conntrack_max > 0) {
    const double fill = static_cast<double>(*settings.conntrack_count) / static_cast<double>(*settings.conntrack_max);
    signals.add("conntrack_fill", fill, "", std::nullopt, "ratio", 0, "nf_conntrack_count");
  }
  const auto& now = host.input.facts.filters;
  if (!host.seconds()) return;
  const auto& before = host.input.facts_before->filters;
  const auto lost = dropped_for_room(growth(before.conntrack_drop, now.conntrack_drop),
                                     growth(before.conntrack_insert_failed, now.conntrack_insert_failed));
  if (!lost) return;
  signals.add("conntrack_lost", static_cast<double>(*lost) / *host.seconds(), ">", 0, "/s", 0,
              "/proc/net/stat/nf_conntrack");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "the nf_conntrack sysctls", judge};

}  // namespace tcpstat::detect::conntrack_pressure
