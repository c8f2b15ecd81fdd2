#pragma once
// How long a source may keep us waiting, in all. Time spent on decoding, printing or a slow terminal does not count.

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <optional>

namespace tcpstat::source {

class TimeBudget {
 public:
  using Clock = std::chrono::steady_clock;

  /// Nothing: for ever.
  explicit TimeBudget(std::optional<std::chrono::milliseconds> total)
      : is_limited_(total.has_value()), left_(total.value_or(std::chrono::milliseconds(0))) {}

  /// Waits until `fd` can be read or has ended; false, with errno, if poll(2) fails, once the budget is spent or
  /// `stop_fd` can be read (both ETIMEDOUT). A signal does not end the wait.
  [[nodiscard]] bool wait_readable(int fd, int stop_fd = -1) {
    std::array<pollfd, 2> waiting = {{{fd, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
    if (::poll(waiting.data(), 1, 0) > 0) return true;
    while (!is_limited_ || left_.count() > 0) {
      const auto start = Clock::now();
      const int answer = ::poll(waiting.data(), waiting.size(), timeout_ms());
      if (answer > 0 && waiting[1].revents != 0) break;
      if (answer > 0) return true;
      if (answer < 0 && errno != EINTR) return false;
      left_ -= Clock::now() - start;
    }
    errno = ETIMEDOUT;
    return false;
  }

 private:
  /// For poll(2): not less than what is left, and never negative, which would mean for ever.
  [[nodiscard]] int timeout_ms() const {
    if (!is_limited_) return -1;
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left_).count();
    return static_cast<int>(std::min<std::int64_t>(whole, INT_MAX));
  }

  bool is_limited_;
  /// In the clock's own unit, so that a wait of microseconds is not charged a millisecond.
  Clock::duration left_;
};

}  // namespace tcpstat::source
