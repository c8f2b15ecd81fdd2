#include <algorithm>
#include <vector>

#include "detect/measurements.h"

namespace tcpstat::detect::port_pattern {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"entries", kMany, "sockets", "fewer may agree by chance"},
    {"fixed", 0.9, "ratio", "nearly all come from the same port"},
    {"run", 0.9, "ratio", "nearly all ports between the lowest and the highest are there"},
    {"unique", 0.5, "ratio", "one client's own ports are in sequence; those of many clients are not"},
};
constexpr RuleInfo kRule = {"port-pattern", "do many sources use the same ports, or ports in sequence?",
                            "RFC 6056 §3.3", kThresholds};
using Limits = LimitsOf<kRule>;

// Different hosts choose their ports at random (RFC 6056 §3.3). Where many agree, one program made the SYNs.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  const auto entries = static_cast<double>(listener.aged.size());
  if (entries < limit("entries")) return;
  if (!signals.sources || signals.sources->unique < limit("unique")) return;
  std::vector<std::uint16_t> ports;
  for (const HalfOpen* entry : listener.aged) ports.push_back(entry->source_port);
  std::sort(ports.begin(), ports.end());
  double most = 0;
  double distinct = 0;
  for (std::size_t i = 0; i < ports.size();) {
    const auto run = std::upper_bound(ports.begin() + static_cast<std::ptrdiff_t>(i), ports.end(), ports[i]);
    const auto next = static_cast<std::size_t>(run - ports.begin());
    most = std::max(most, static_cast<double>(next - i));
    distinct += 1;
    i = next;
  }
  const double span = ports.back() - ports.front() + 1.0;
  // Enough ports fill any range; only a range that they need not fill says something.
  const bool sequence = distinct >= limit("entries") && distinct >= limit("run") * span && span < 32'768;
  const bool fixed = most >= limit("fixed") * entries;
  signals.add("port_spread", distinct / entries, fixed ? "<=" : "",
              fixed ? std::optional(1 - limit("fixed")) : std::nullopt, "ratio", fixed || sequence ? 0.5 : 0,
              "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "half-open rows of many sources", judge};

}  // namespace tcpstat::detect::port_pattern
