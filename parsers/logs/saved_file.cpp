#include "parsers/logs/saved_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/timestamp.h"

namespace tcpstat::logs {

Expected<SavedFile> SavedFile::open(const std::string& path, std::optional<std::chrono::milliseconds> timeout) {
  SavedFile file(timeout);
  const bool standard_input = path == "-";
  file.shown_ = standard_input ? "standard input" : path;
  if (!standard_input) {
    // Opening a FIFO would wait for its writer without an end; the budget waits for it below.
    file.owned_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file.owned_) {
      // A word without a slash may be a source's name that was mistyped.
      const bool word = errno == ENOENT && path.find('/') == std::string::npos;
      return failure("open " + file.shown_, errno, word ? "sources are auto, netlink, proc, both or a file" : "");
    }
  }
  file.fd_ = standard_input ? STDIN_FILENO : file.owned_.get();
  struct stat status;
  if (::fstat(file.fd_, &status) != 0) return failure("read " + file.shown_, errno);
  if (S_ISDIR(status.st_mode)) return failure("read " + file.shown_, EISDIR, "directories are for --proc-root");
  if (S_ISREG(status.st_mode)) file.changed_ = timestamp(status.st_mtim);
  return file;
}

Expected<std::string_view> SavedFile::read() {
  while (true) {
    if (!budget_.wait_readable(fd_)) {
      const bool late = errno == ETIMEDOUT;
      return failure("read " + shown_, errno, late ? "try a longer --timeout; 0 waits for ever" : "");
    }
    const ssize_t got = ::read(fd_, block_->data(), block_->size());
    if (got >= 0) return std::string_view(block_->data(), static_cast<std::size_t>(got));
    if (errno != EINTR && errno != EAGAIN) return failure("read " + shown_, errno);
  }
}

}  // namespace tcpstat::logs
