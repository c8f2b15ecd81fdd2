#include "cli/verbs/traced_command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/file_descriptor.h"
#include "cli/signals.h"

namespace tcpstat::cli::verbs {
namespace {

/// Runs in the child. If exec fails, the parent gets errno.
[[noreturn]] void become(char* const* words, int tell, pid_t parent) {
  restore_ignored_signals();
  // However the trace ends, also by a signal that it does not handle: prctl(2).
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::execvp(words[0], words);
  const int code = errno;
  (void)!::write(tell, &code, sizeof code);
  ::_exit(127);
}

}  // namespace

Expected<TracedCommand> TracedCommand::start(const std::vector<std::string>& words) {
  std::vector<std::string> copy = words;
  std::vector<char*> argv;
  for (std::string& word : copy) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string doing = "run " + words.front();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(doing, errno);
  const FileDescriptor told(ends[0]);
  FileDescriptor tell(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return failure(doing, errno);
  if (child == 0) become(argv.data(), tell.get(), parent);
  tell = FileDescriptor();
  int code = 0;
  ssize_t got = 0;
  do {
    got = ::read(told.get(), &code, sizeof code);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof code)) return TracedCommand(child);
  ::waitpid(child, nullptr, 0);
  return failure(doing, code);
}

TracedCommand::TracedCommand(TracedCommand&& other) noexcept : child_(std::exchange(other.child_, 0)) {}

TracedCommand::~TracedCommand() {
  if (!has_ended()) ::kill(child_, SIGTERM);
}

bool TracedCommand::has_ended() {
  if (child_ != 0 && ::waitpid(child_, nullptr, WNOHANG) != 0) child_ = 0;
  return child_ == 0;
}

}  // namespace tcpstat::cli::verbs
