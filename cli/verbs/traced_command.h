#pragma once
// The program that a trace follows.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace tcpstat::cli::verbs {

class TracedCommand {
 public:
  /// Runs the first word with the others; its standard output is our standard error, because ours is the trace's.
  static Expected<TracedCommand> start(const std::vector<std::string>& words);

  TracedCommand(TracedCommand&& other) noexcept;
  TracedCommand& operator=(TracedCommand&&) = delete;
  /// One that still runs is asked to end (SIGTERM).
  ~TracedCommand();

  [[nodiscard]] bool has_ended();

 private:
  explicit TracedCommand(pid_t child) : child_(child) {}

  pid_t child_;  ///< 0: it has ended
};

}  // namespace tcpstat::cli::verbs
