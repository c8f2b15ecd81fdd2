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
  [[nodiscard]] double get(const RuleInfo& rule, std::string_view name) const;

 private:
  std::map<std::string, double, std::less<>> changed_;
};

/// The limits of `kRule`, as the user left them, by name. A name that the rule does not have does not compile.
template <const RuleInfo& kRule>
class LimitsOf {
 public:
  class Name {
   public:
    consteval Name(const char* name) : text_(name) {  // NOLINT(google-explicit-constructor)
      for (const ThresholdInfo& info : kRule.thresholds) {
        if (info.name == text_) return;
      }
      throw "the rule has no threshold of that name";  // ends the compilation
    }
    [[nodiscard]] std::string_view text() const { return text_; }

   private:
    std::string_view text_;
  };

  explicit LimitsOf(const Thresholds& thresholds) : thresholds_(thresholds) {}
  double operator()(Name name) const { return thresholds_.get(kRule, name.text()); }

 private:
  const Thresholds& thresholds_;
};

}  // namespace tcpstat::inline report
