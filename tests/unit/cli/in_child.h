#pragma once
// What a piece of the program writes to its standard output and standard error, in a process of its own.

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/file_descriptor.h"

namespace tcpstat::test {

struct Written {
  std::string out;
  std::string err;
  int status = -1;
};

/// `act` returns the exit status of the child.
template <typename Act>
Written in_child(Act act) {
  const FileDescriptor out(::memfd_create("out", MFD_CLOEXEC));
  const FileDescriptor err(::memfd_create("err", MFD_CLOEXEC));
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out.get(), STDOUT_FILENO);
    ::dup2(err.get(), STDERR_FILENO);
    ::_exit(act());
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  const auto content = [](const FileDescriptor& file) {
    std::string text(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    REQUIRE(::pread(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return text;
  };
  return {content(out), content(err), WEXITSTATUS(status)};
}

}  // namespace tcpstat::test
