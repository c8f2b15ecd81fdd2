#pragma once
// A rule by its id: what it asks, why its limits are what they are, and the limits that a user has changed.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcpstat::inline report {

/// One number of a rule that `--threshold RULE.NAME=VALUE` can change.
struct ThresholdInfo {
  std::string_view name;  ///< "warning", "critical", "age_s", …
  double value;           ///< the default
  std::string_view unit;
  std::string_view reason;  ///< why this and not another number
};

struct RuleInfo {
  std::string_view id;        ///< "close-wait-leak"
  std::string_view question;  ///< "do programs keep sockets that the peer has closed?"
  std::string_view reference;
  std::span<const ThresholdInfo> thresholds;
};

/// "warning=10 critical=100 age_s=60": as --threshold takes them.
std::string defaults_text(const RuleInfo& rule);
/// Without needless zeros: "10", "0.25".
std::string number_text(double value);

/// Limits by rule and name: the user's where given, else the rule's default.
class Thresholds {
 public:
  void set(std::string_view rule, std::string_view name, double value) {
    changed_[std::string(rule) + "." + std::string(name)] = value;
  }
  /// `rule` has a threshold of that name.
  [[nodiscard]] double get(const RuleInfo& rule, std::string_view name) const {
    const auto at = changed_.find(std::string(rule.id) + "." + std::string(name));
    if (at != changed_.end()) return at->second;
    for (const ThresholdInfo& info : rule.thresholds) {
      if (info.name == name) return info.value;
    }
    return 0;
  }

 private:
  std::map<std::string, double, std::less<>> changed_;
};

}  // namespace tcpstat::inline report
