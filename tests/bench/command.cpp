#include "command.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tcpstat::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

/// Reads until the end and keeps nothing.
[[noreturn]] void discard(int fd) {
  static std::array<char, 65536> buffer;
  while (::read(fd, buffer.data(), buffer.size()) > 0) {
  }
  ::_exit(0);
}

[[noreturn]] void become_with_output(const Words& words, int output) {
  const int null = ::open("/dev/null", O_RDWR);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output >= 0 ? output : null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  become(words);
}

template <typename Get>
std::vector<double> values_of(const Series& series, Get get) {
  std::vector<double> values;
  values.reserve(series.size());
  for (const Usage& one : series) values.push_back(get(one));
  return values;
}

}  // namespace

Usage run(const Words& words, Output output) {
  std::array<int, 2> ends{-1, -1};
  if (output == Output::pipe && ::pipe2(ends.data(), O_CLOEXEC) != 0) return {.failed = true};
  pid_t reader = -1;
  if (output == Output::pipe) {
    reader = ::fork();
    if (reader == 0) {
      ::close(ends[1]);
      discard(ends[0]);
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) become_with_output(words, ends[1]);
  for (const int end : ends) {
    if (end >= 0) ::close(end);
  }
  int status = 0;
  rusage usage{};
  const bool waited = child > 0 && ::wait4(child, &status, 0, &usage) == child;
  if (reader > 0) ::waitpid(reader, nullptr, 0);
  const Milliseconds wall = std::chrono::steady_clock::now() - begin;
  // The kernel's split of user and system time follows its ticks, which are coarse; the sum is exact.
  return {.wall = wall.count(),
          .cpu = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
          .peak_kib = usage.ru_maxrss,
          .failed = !waited || !WIFEXITED(status) || WEXITSTATUS(status) != 0};
}

void become(const Words& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

bool failed(const Series& series) {
  return std::any_of(series.begin(), series.end(), [](const Usage& one) { return one.failed; });
}

std::vector<double> wall_of(const Series& series) {
  return values_of(series, [](const Usage& one) { return one.wall; });
}

std::vector<double> cpu_of(const Series& series) {
  return values_of(series, [](const Usage& one) { return one.cpu; });
}

std::vector<double> peak_mib_of(const Series& series) {
  return values_of(series, [](const Usage& one) { return static_cast<double>(one.peak_kib) / 1024; });
}

}  // namespace tcpstat::bench
