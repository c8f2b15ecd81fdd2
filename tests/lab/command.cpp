#include "command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "failure.h"
#include "handle.h"

extern char** environ;

namespace tcpstat::lab {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

/// The file is opened before `prepare`: a user without rights may not reach its folder. A script cannot be executed
/// so (its interpreter opens it by name), so the name is tried too.
[[noreturn]] void execute(std::vector<std::string> words, const std::function<void()>& prepare) {
  try {
    const std::string name = words.at(0);
    const bool path = name.find('/') != std::string::npos;
    const Handle program(path ? ::open(name.c_str(), O_PATH | O_CLOEXEC) : -1);
    if (prepare) prepare();
    const auto arguments = pointers(words);
    if (program.valid()) ::fexecve(program.get(), arguments.data(), environ);
    ::execvp(name.c_str(), arguments.data());
    fail("running " + name);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lab: %s\n", error.what());
  }
  ::_exit(127);
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("waiting for a child");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "making a pipe");
    read_end = Handle(ends[0]);
    write_end = Handle(ends[1]);
  }
  Handle read_end, write_end;
};

/// Reads both pipes until both are closed or the time is up; true when they were closed.
bool read_all(Pipe& out, Pipe& err, Outcome& outcome, Clock::time_point deadline) {
  std::array<pollfd, 2> waits{{{out.read_end.get(), POLLIN, 0}, {err.read_end.get(), POLLIN, 0}}};
  std::vector<char> buffer(std::size_t{1} << 16);
  while (waits[0].fd >= 0 || waits[1].fd >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) fail("polling");
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].fd < 0 || waits[i].revents == 0) continue;
      const auto size = ::read(waits[i].fd, buffer.data(), buffer.size());
      if (size > 0)
        (i == 0 ? outcome.out : outcome.err).append(buffer.data(), static_cast<std::size_t>(size));
      else
        waits[i].fd = -1;
    }
  }
  return true;
}

}  // namespace

Outcome run(const std::vector<std::string>& words, const RunOptions& options) {
  Pipe out;
  Pipe err;
  std::fflush(nullptr);
  const pid_t child = check(::fork(), "forking");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out.write_end.get(), STDOUT_FILENO);
    ::dup2(err.write_end.get(), STDERR_FILENO);
    execute(words, options.prepare);
  }
  out.write_end.reset();
  err.write_end.reset();
  Outcome outcome;
  if (!read_all(out, err, outcome, Clock::now() + options.limit)) {
    ::kill(child, SIGKILL);
    outcome.err += "lab: ended after its time limit\n";
  }
  outcome.exit_code = exit_code_of(child);
  return outcome;
}

int run_in_foreground(const std::vector<std::string>& words) {
  std::fflush(nullptr);
  const pid_t child = check(::fork(), "forking");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    execute(words, nullptr);
  }
  // ^C is for the command; the lab ends when the command has.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  return exit_code_of(child);
}

std::string tcpstat_binary() {
  if (const char* const path = std::getenv("TCPSTAT_BINARY")) return path;
#ifdef TCPSTAT_BINARY
  return TCPSTAT_BINARY;
#else
  return "tcpstat";
#endif
}

Outcome tcpstat(const std::vector<std::string>& arguments, const RunOptions& options) {
  std::vector<std::string> words{tcpstat_binary()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(words, options);
}

}  // namespace tcpstat::lab
