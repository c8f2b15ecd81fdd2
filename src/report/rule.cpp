#include "report/rule.h"

#include <array>
#include <charconv>

namespace tcpstat::inline report {

std::string defaults_text(const RuleInfo& rule) {
  std::string out;
  for (const ThresholdInfo& threshold : rule.thresholds) {
    out += (out.empty() ? "" : " ") + std::string(threshold.name) + "=" + number_text(threshold.value);
  }
  return out;
}

std::string number_text(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace tcpstat::inline report
