#pragma once
// The range of values that raises no alarm, as the Monitoring Plugins Development Guidelines write it.

#include <limits>
#include <optional>
#include <string_view>

namespace tcpstat::check {

/// [@][start:]end
class ValueRange {
 public:
  /// "10" (0 to 10), "10:", "~:10", "10:20", and each with "@" in front: alarm inside instead of outside. Nothing if
  /// the text is no range. Accepts what nagiosplugin's Range accepts, down to blanks, signs and 1_000.
  static std::optional<ValueRange> parse(std::string_view text);

  /// Both ends belong to the range.
  [[nodiscard]] bool alarms_at(long double value) const { return (value >= start_ && value <= end_) == inverted_; }

  [[nodiscard]] bool inverted() const { return inverted_; }
  [[nodiscard]] long double start() const { return start_; }
  [[nodiscard]] long double end() const { return end_; }

 private:
  // long double, because a count may have 64 bits.
  long double start_ = 0;
  long double end_ = std::numeric_limits<long double>::infinity();
  bool inverted_ = false;
};

}  // namespace tcpstat::check
