#include "cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cli/signals.h"

namespace tcpstat::cli {
namespace {

// For the signal handler: what to remove if we are ended half way. Static, because a handler may not allocate.
std::array<char, PATH_MAX> unfinished_path{};

extern "C" void remove_unfinished(int signal) {
  if (unfinished_path[0] != '\0') ::unlink(unfinished_path.data());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void remove_on_signals(const std::string& path) {
  if (path.size() >= unfinished_path.size()) return;
  std::memcpy(unfinished_path.data(), path.c_str(), path.size() + 1);
  handle_signals({SIGINT, SIGTERM, SIGHUP}, remove_unfinished, 0);
}

/// Where a path leads in the end, also if the last step does not exist yet.
std::string resolved(std::string path) {
  constexpr int kMostLinks = 40;  // as the kernel, path_resolution(7)
  for (int links = 0; links < kMostLinks; ++links) {
    if (char* real = ::realpath(path.c_str(), nullptr); real != nullptr) {
      std::string out(real);
      std::free(real);
      return out;
    }
    // A symbolic link to what does not exist yet.
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size <= 0) break;
    const std::string_view next(target.data(), static_cast<std::size_t>(size));
    path = next.front() == '/' ? std::string(next) : path.substr(0, path.rfind('/') + 1) + std::string(next);
  }
  return path;
}

}  // namespace

Expected<Output> Output::open(const std::string& path) {
  Output output;
  if (path.empty()) return output;
  output.name_ = path;
  output.target_ = resolved(path);
  struct stat status;
  const bool exists = ::stat(output.target_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    output.owned_ = FileDescriptor(::open(output.target_.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    output.temporary_ = output.target_ + ".XXXXXX";
    output.owned_ = FileDescriptor(::mkostemp(output.temporary_.data(), O_CLOEXEC));
    if (!output.owned_) {
      const int code = errno;
      output.temporary_.clear();
      return failure("write " + path, code, code == EACCES ? "the directory must be writable" : "");
    }
    remove_on_signals(output.temporary_);
    // mkostemp(3) makes it 0600; others read what cron writes.
    ::fchmod(output.owned_.get(), 0644);
  }
  if (!output.owned_) return failure("write " + path, errno);
  output.fd_ = output.owned_.get();
  return output;
}

Output::Output(Output&& other) noexcept
    : fd_(other.fd_),
      owned_(std::move(other.owned_)),
      name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      temporary_(std::move(other.temporary_)) {
  other.temporary_.clear();
}

Output::~Output() {
  if (temporary_.empty()) return;
  ::unlink(temporary_.c_str());
  unfinished_path[0] = '\0';
}

Expected<void> Output::commit() {
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return failure("write " + name_, errno);
  temporary_.clear();
  unfinished_path[0] = '\0';
  return {};
}

}  // namespace tcpstat::cli
