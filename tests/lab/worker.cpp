#include "worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "failure.h"

namespace tcpstat::lab {
namespace {

[[noreturn]] void be_child(const Worker::Work& work, pid_t parent, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it died before the line above
  try {
    work([report](std::uint64_t number) {
      if (::write(report, &number, sizeof number) != sizeof number) ::_exit(1);
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lab: %s\n", error.what());
    ::_exit(1);
  }
  Worker::stay();
}

}  // namespace

void Worker::stay() {
  for (;;) ::pause();
}

Worker::Worker(const Work& work) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "making a pipe");
  const pid_t parent = ::getpid();
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    be_child(work, parent, ends[1]);
  }
  report_ = Handle(ends[0]);
  ::close(ends[1]);
  check(pid_, "forking");
}

Worker::Worker(Worker&& other) noexcept : pid_(std::exchange(other.pid_, -1)), report_(std::move(other.report_)) {}

Worker::~Worker() {
  if (pid_ <= 0) return;
  end();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void Worker::end() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::uint64_t Worker::wait_for_report() {
  std::uint64_t number = 0;
  ssize_t size;
  do {
    size = ::read(report_.get(), &number, sizeof number);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof number) fail("waiting for a worker", ECHILD);
  return number;
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "asking for the descriptor limit");
  limit.rlim_cur = limit.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "raising the descriptor limit");
  return limit.rlim_max;
}

}  // namespace tcpstat::lab
