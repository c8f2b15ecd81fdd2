#pragma once
// How many requests of one listener are late, and whether that is more than a crowd leaves.

#include <cmath>

namespace tcpstat::detect {

/// A request is late if it waits for longer than a client needs to answer, or if its client repeated the SYN. The share
/// is of all requests that are not deferred. The limits are those of stale-share, which starts the count.
class LateRequests {
 public:
  LateRequests() = default;
  /// `chance`: fewer late requests prove nothing. `few`: any network leaves a smaller share than this.
  LateRequests(double all, double chance, double few) : all_(all), chance_(chance), few_(few) {}

  void add(double late) { late_ += late; }

  /// More are late than in a crowd of healthy clients.
  [[nodiscard]] bool many() const { return late_ >= chance_ && late_ >= few_ * all_; }
  /// Few are late, and not by chance: the root of their number is the uncertainty of a count.
  [[nodiscard]] bool surely_few() const { return late_ + std::sqrt(late_) < few_ * all_; }

 private:
  double late_ = 0;
  double all_ = 0;
  double chance_ = 0;
  double few_ = 0;
};

}  // namespace tcpstat::detect
