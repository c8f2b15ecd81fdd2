#include "parsers/logs/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "parsers/source/time_budget.h"

namespace tcpstat::logs {

namespace {

bool is_fifo(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

Expected<LogFile> LogFile::open(const std::string& path, Patience patience) {
  LogFile log;
  const bool standard_input = path == "-";
  log.path_ = path;
  log.shown_ = standard_input ? "standard input" : path;
  if (!standard_input) {
    // Opening a FIFO would wait for its writer without an end; wait() does so instead.
    const int at_once = patience && is_fifo(path) ? O_NONBLOCK : 0;
    log.owned_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | at_once));
    if (!log.owned_) return failure("open " + log.shown_, errno);
  }
  log.fd_ = standard_input ? STDIN_FILENO : log.owned_.get();
  struct stat status;
  if (::fstat(log.fd_, &status) != 0) return failure("read " + log.shown_, errno);
  if (S_ISDIR(status.st_mode)) return failure("read " + log.shown_, EISDIR);
  // Files are not polled: poll(2) on trace_pipe waits until half of the kernel's buffer is full.
  log.is_stream_ = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISCHR(status.st_mode);
  if (log.is_stream_) log.patience_ = patience;
  log.nothing_ = FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return log;
}

Expected<void> LogFile::wait() const {
  if (!patience_) return {};
  if (source::TimeBudget(patience_).wait_readable(fd_)) return {};
  return failure("read " + shown_, errno, errno == ETIMEDOUT ? "try a longer --timeout; 0 waits for ever" : "");
}

/// Others that have the pipe or terminal open may have made it such that reads do not wait (O_NONBLOCK).
void LogFile::wait_for_more() const {
  if (patience_) return;  // wait() does
  pollfd waiting = {fd_, POLLIN, 0};
  ::poll(&waiting, 1, -1);
}

Expected<void> LogFile::blocks(const std::function<bool(std::string_view block)>& use) {
  constexpr std::size_t kChunk = 64 * 1024;
  std::vector<char> chunk(kChunk);
  while (ended_ == 0 && !at_end_) {
    if (auto ready = wait(); !ready) return ready;
    const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      wait_for_more();
      continue;
    }
    if (got < 0) return failure("read " + shown_, errno);
    at_end_ = got == 0;
    if (at_end_ || !use({chunk.data(), static_cast<std::size_t>(got)})) break;
  }
  return {};
}

void LogFile::end() noexcept {
  const int saved = errno;
  ended_ = 1;
  // A read(2) that begins after the handler must not wait either.
  if (nothing_) ::dup2(nothing_.get(), fd_);
  errno = saved;
}

}  // namespace tcpstat::logs
