#include "parsers/logs/log_lines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/line_splitter.h"

namespace tcpstat::logs {

Expected<LogLines> LogLines::open(const std::string& path) {
  LogLines log;
  const bool standard_input = path == "-";
  log.shown_ = standard_input ? "standard input" : path;
  if (!standard_input) {
    log.owned_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!log.owned_) return failure("open " + log.shown_, errno);
  }
  log.fd_ = standard_input ? STDIN_FILENO : log.owned_.get();
  struct stat status;
  if (::fstat(log.fd_, &status) != 0) return failure("read " + log.shown_, errno);
  if (S_ISDIR(status.st_mode)) return failure("read " + log.shown_, EISDIR);
  log.nothing_ = FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return log;
}

Expected<void> LogLines::each(const UseLine& use) {
  constexpr std::size_t kChunk = 64 * 1024;
  std::vector<char> chunk(kChunk);
  LineSplitter lines(kLongestLogLine);
  std::uint64_t number = 0;
  // No poll(2) before it: that of trace_pipe waits until half of the kernel's buffer is full.
  while (ended_ == 0) {
    const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read " + shown_, errno);
    if (got == 0) break;
    const std::string_view block(chunk.data(), static_cast<std::size_t>(got));
    if (!lines.feed(block, [&](std::string_view line) { return use(line, ++number); })) return {};
  }
  if (ended_ == 0 && !lines.rest().empty()) use(lines.rest(), ++number);
  return {};
}

void LogLines::end() noexcept {
  const int saved = errno;
  ended_ = 1;
  // A read(2) that begins after the handler must not wait either.
  if (nothing_) ::dup2(nothing_.get(), fd_);
  errno = saved;
}

}  // namespace tcpstat::logs
