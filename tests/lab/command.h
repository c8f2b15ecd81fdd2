// Runs a program and keeps what it said, or runs it in the foreground and passes its exit code on.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tcpstat::lab {

struct Outcome {
  int exit_code = -1;  // 128 + n when ended by signal n, as shells say it
  std::string out;
  std::string err;
};

struct RunOptions {
  /// Called in the child just before the program starts, e.g. to drop privileges.
  std::function<void()> prepare;
  /// The program is killed after this time.
  std::chrono::seconds limit{30};
};

/// Runs `words[0]` (found along PATH) with standard input closed off; stdout and stderr are kept apart.
Outcome run(const std::vector<std::string>& words, const RunOptions& options = {});

/// Runs the program with the caller's own standard streams; returns its exit code as a shell would.
int run_in_foreground(const std::vector<std::string>& words);

/// The tcpstat to be tested: $TCPSTAT_BINARY, or the one of this build.
std::string tcpstat_binary();

/// run() of tcpstat with these arguments.
Outcome tcpstat(const std::vector<std::string>& arguments, const RunOptions& options = {});

}  // namespace tcpstat::lab
