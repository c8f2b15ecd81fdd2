// A rule explained: what it asks, where that comes from, and why its limits are what they are.

#include "base/wrapped.h"
#include "explain/explain.h"

namespace tcpstat::explain {

std::string explain_rule(const RuleInfo& rule) {
  std::string out = wrapped("", std::string(rule.id) + ": " + std::string(rule.question));
  out += "\n" + wrapped("  reference   ", rule.reference);
  out += "\nLimits, by default:\n";
  for (const ThresholdInfo& threshold : rule.thresholds) {
    std::string first = "  " + std::string(threshold.name);
    first.resize(17, ' ');
    out += wrapped(
        first, number_text(threshold.value) + " " + std::string(threshold.unit) + ": " + std::string(threshold.reason));
  }
  return out;
}

}  // namespace tcpstat::explain
