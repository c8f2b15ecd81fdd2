#include "cli/ticker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include "cli/output.h"

namespace tcpstat::cli {
namespace {

// Where the handler tells that a signal came: a byte in a pipe, so that none is lost between a look and the wait.
volatile sig_atomic_t stop_pipe = -1;

extern "C" void tell_stop(int) {
  const int saved = errno;
  if (stop_pipe >= 0 && ::write(stop_pipe, "", 1) < 0) {
    // The pipe is full, so the stop was told before.
  }
  errno = saved;
}

}  // namespace

Ticker::Ticker(std::chrono::milliseconds interval, std::optional<std::uint64_t> count, int out)
    : interval_(interval), count_(count), out_(out), due_(Clock::now()) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  stopped_ = FileDescriptor(ends[0]);
  stop_pipe = ends[1];
  tell_first_stop(tell_stop, SA_RESTART);
}

Ticker::~Ticker() {
  if (stop_pipe < 0) return;
  ::close(stop_pipe);
  stop_pipe = -1;
}

bool Ticker::next() {
  if (count_ && samples_ == *count_) return false;
  if (!wait_until(due_)) return false;
  ++samples_;
  const auto now = Clock::now();
  due_ = (now - due_ > interval_ ? now : due_) + interval_;
  return true;
}

bool Ticker::wait_until(Clock::time_point due) const {
  // Without events asked for, a pipe tells only that nobody reads it any more.
  std::array<pollfd, 2> waiting = {{{stopped_.get(), POLLIN, 0}, {out_, 0, 0}}};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
    constexpr std::chrono::milliseconds kLongest{3'600'000};
    const auto wait = std::clamp(left, std::chrono::milliseconds(0), kLongest);
    const int answer = ::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
    if (answer > 0) return false;
    if (answer < 0 && errno != EINTR) {
      // Without a way to hear of signals and readers the samples still come at their time.
      std::this_thread::sleep_until(due);
      return true;
    }
    if (answer == 0 && left <= kLongest) return true;
  }
}

}  // namespace tcpstat::cli
