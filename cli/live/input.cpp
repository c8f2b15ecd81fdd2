#include "cli/live/input.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tcpstat::cli::live {
namespace {

/// The rest of a key that sends several bytes comes within this time, also over slow lines.
constexpr std::chrono::milliseconds kRestOfKey{60};
constexpr std::chrono::milliseconds kLongestWait{3'600'000};

}  // namespace

Wake Input::wait(std::optional<Clock::time_point> due) {
  while (true) {
    if (auto key = decoder_.next()) return {Wake::Why::key, std::move(*key)};
    auto wait = kLongestWait;
    if (due) {
      wait = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now()), std::chrono::milliseconds(0),
                        kLongestWait);
    }
    const bool half = decoder_.waits();
    if (half) wait = kRestOfKey;
    std::array<pollfd, 2> waiting = {{{guard_.news(), POLLIN, 0}, {keys_, POLLIN, 0}}};
    const int answer = ::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
    if (answer < 0 && errno != EINTR) return {Wake::Why::stop};
    if (answer == 0 && half) {
      if (auto key = decoder_.settle()) return {Wake::Why::key, std::move(*key)};
    }
    if (answer == 0 && due && Clock::now() >= *due) return {Wake::Why::time};
    if (answer <= 0) continue;
    if (waiting[0].revents != 0) {
      if (const auto news = read_news()) return *news;
    }
    if (waiting[1].revents != 0 && !read_keys()) return {Wake::Why::stop};
  }
}

std::optional<Wake> Input::read_news() {
  std::array<char, 64> bytes{};
  const ssize_t got = ::read(guard_.news(), bytes.data(), bytes.size());
  if (got <= 0) return std::nullopt;
  const std::string_view told(bytes.data(), static_cast<std::size_t>(got));
  const bool stop = told.find(static_cast<char>(News::stop)) != std::string_view::npos;
  return Wake{stop ? Wake::Why::stop : Wake::Why::redraw};
}

bool Input::read_keys() {
  std::array<char, 256> bytes{};
  const ssize_t got = ::read(keys_, bytes.data(), bytes.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  decoder_.feed({bytes.data(), static_cast<std::size_t>(got)});
  return true;
}

}  // namespace tcpstat::cli::live
