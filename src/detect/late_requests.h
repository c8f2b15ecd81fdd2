#pragma once
// How many requests of one listener are late, and whether that is more than a crowd leaves.

#include <cmath>

namespace tcpstat::detect {

/// Requests that wait for longer than a client needs, or whose client repeated its SYN, among all that are not deferred.
/// The limits are those of the rule stale-share, which begins the count.
class LateRequests {
 public:
  LateRequests() = default;
  /// `chance`: fewer late ones say nothing. `few`: the share below which they are no more than everywhere.
  LateRequests(double all, double chance, double few) : all_(all), chance_(chance), few_(few) {}

  void add(double late) { late_ += late; }

  /// So many are late that it is worth a word.
  [[nodiscard]] bool many() const { return late_ >= chance_ && late_ >= few_ * all_; }
  /// They are few, and chance (the root of their number) has not made them so.
  [[nodiscard]] bool surely_few() const { return late_ + std::sqrt(late_) < few_ * all_; }

 private:
  double late_ = 0;
  double all_ = 0;
  double chance_ = 0;
  double few_ = 0;
};

}  // namespace tcpstat::detect
