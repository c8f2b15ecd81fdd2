#include "cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/signals.h"

namespace tcpstat::cli {
namespace {

// For the signal handler: what to remove if we are ended half way. Static, because a handler may not allocate.
std::array<char, NAME_MAX + 1> unfinished_name{};
volatile sig_atomic_t unfinished_directory = -1;

// Who is told of the first signal.
void (*volatile first_stop)(int) = nullptr;

/// Ends the process as the signal does by default. A file that is unfinished and has a name goes first.
extern "C" void tcpstat_end_unfinished(int signal) {
  if (unfinished_directory >= 0) ::unlinkat(unfinished_directory, unfinished_name.data(), 0);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

extern "C" void tcpstat_first_stop(int signal) {
  handle_signals({signal}, tcpstat_end_unfinished, 0);
  first_stop(signal);
}

void remove_on_signals(int directory, const std::string& name) {
  if (name.size() >= unfinished_name.size()) return;
  std::memcpy(unfinished_name.data(), name.c_str(), name.size() + 1);
  unfinished_directory = directory;
  handle_signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT}, tcpstat_end_unfinished, 0);
}

/// "out.x4Gh2K": beside the target, and a name that nobody can foresee.
std::string name_beside(const std::string& name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::array<unsigned char, 8> random{};
  static_cast<void>(::getrandom(random.data(), random.size(), 0));
  std::string out = name.substr(0, NAME_MAX - random.size() - 1) + ".";
  for (const unsigned char byte : random) out += kLetters[byte % kLetters.size()];
  return out;
}

constexpr int kMostTries = 100;

}  // namespace

Error Output::failed(int code) const {
  return {"write " + name_, code, code == EACCES ? "the directory must be writable" : ""};
}

void tell_first_stop(void (*tell)(int), int flags) {
  first_stop = tell;
  handle_signals({SIGINT, SIGTERM}, tcpstat_first_stop, flags);
}

Expected<Output> Output::open(const std::string& path, std::optional<std::chrono::milliseconds> patience) {
  Output output;
  if (path.empty()) return output;
  output.name_ = path;
  auto target = find_output_target(path);
  if (!target) return tl::make_unexpected(target.error());
  output.target_ = std::move(*target);
  const auto& existing = output.target_.existing;
  const bool direct = output.target_.open_file || (existing && !S_ISREG(existing->st_mode));
  const auto opened = direct ? output.open_directly(patience) : output.begin_file();
  if (!opened) return tl::make_unexpected(opened.error());
  output.fd_ = output.owned_.get();
  return output;
}

Expected<void> Output::open_directly(std::optional<std::chrono::milliseconds> patience) {
  using Clock = std::chrono::steady_clock;
  const int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC | (target_.open_file ? O_APPEND : O_NOFOLLOW);
  const auto start = Clock::now();
  // Without O_NONBLOCK it would wait for a reader of a FIFO, and no timeout could end that.
  while (!(owned_ = FileDescriptor(::openat(target_.directory.get(), target_.name.c_str(), flags | O_NONBLOCK)))) {
    if (errno != ENXIO || !target_.existing || !S_ISFIFO(target_.existing->st_mode)) {
      return failure("write " + name_, errno);
    }
    if (patience && Clock::now() - start >= *patience) {
      return failure("write " + name_, 0, "start its reader first", "nobody reads it");
    }
    constexpr std::chrono::milliseconds kPause{20};
    std::this_thread::sleep_for(kPause);
  }
  const int now = ::fcntl(owned_.get(), F_GETFL);
  if (now < 0 || ::fcntl(owned_.get(), F_SETFL, now & ~O_NONBLOCK) != 0) return failure("write " + name_, errno);
  return {};
}

Expected<void> Output::begin_file() {
  owned_ = FileDescriptor(::openat(target_.directory.get(), ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
  // It gets its name through /proc, which may be missing.
  const std::string through = "/proc/self/fd/" + std::to_string(owned_.get());
  if (owned_ && ::access(through.c_str(), F_OK) == 0) {
    unfinished_ = Unfinished::nameless;
    return {};
  }
  return begin_named();
}

Expected<void> Output::begin_named() {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  for (int tries = 0; tries < kMostTries; ++tries) {
    temporary_ = name_beside(target_.name);
    const SignalsHeld held;
    owned_ = FileDescriptor(::openat(target_.directory.get(), temporary_.c_str(), kFlags, 0600));
    if (owned_) {
      unfinished_ = Unfinished::named;
      remove_on_signals(target_.directory.get(), temporary_);
      return {};
    }
    if (errno != EEXIST) break;
  }
  return tl::make_unexpected(failed(errno));
}

/// Sets the mode and the owner of the old file. A new file is readable for others: cron writes files for them.
void Output::dress() const {
  mode_t mode = 0644;
  if (const auto& old = target_.existing) {
    mode = old->st_mode & 0777U;
    if (old->st_uid != ::geteuid() || old->st_gid != ::getegid()) {
      // Without the right to give it away it stays ours.
      static_cast<void>(::fchown(owned_.get(), old->st_uid, old->st_gid) == 0);
    }
  }
  ::fchmod(owned_.get(), mode);
}

/// Gives the file that has no name its own if that is free, else one beside it.
Expected<void> Output::link_name() {
  const std::string through = "/proc/self/fd/" + std::to_string(owned_.get());
  for (int tries = 0; tries < kMostTries; ++tries) {
    const bool own = tries == 0 && !target_.existing;
    const std::string name = own ? target_.name : name_beside(target_.name);
    if (::linkat(AT_FDCWD, through.c_str(), target_.directory.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      unfinished_ = own ? Unfinished::nothing : Unfinished::named;
      temporary_ = name;
      return {};
    }
    if (errno != EEXIST) break;
  }
  return tl::make_unexpected(failed(errno));
}

Expected<void> Output::commit() {
  if (unfinished_ == Unfinished::nothing) return {};
  dress();
  // Only then does the file system tell what it could not write (NFS, delayed allocation).
  if (::fsync(owned_.get()) != 0 && errno != EINVAL && errno != EROFS) return tl::make_unexpected(failed(errno));
  const SignalsHeld held;
  if (unfinished_ == Unfinished::nameless) {
    if (auto linked = link_name(); !linked) return linked;
  }
  if (unfinished_ == Unfinished::nothing) return {};
  const int directory = target_.directory.get();
  if (::renameat(directory, temporary_.c_str(), directory, target_.name.c_str()) != 0) {
    return tl::make_unexpected(failed(errno));
  }
  unfinished_ = Unfinished::nothing;
  unfinished_directory = -1;
  return {};
}

Output::Output(Output&& other) noexcept
    : fd_(other.fd_),
      owned_(std::move(other.owned_)),
      name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      unfinished_(std::exchange(other.unfinished_, Unfinished::nothing)),
      temporary_(std::move(other.temporary_)) {}

Output::~Output() {
  if (unfinished_ != Unfinished::named) return;
  const SignalsHeld held;
  ::unlinkat(target_.directory.get(), temporary_.c_str(), 0);
  unfinished_directory = -1;
}

}  // namespace tcpstat::cli
