// What is measured: commands, what each is set beside, and the task that decides its goal.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "goals.h"

namespace tcpstat::bench {

/// What ratios are made of. The interval of `watch` is wall time, so its work shows in CPU time alone.
enum class Measure { wall, cpu };

struct Case {
  /// Its first word is a program: `tcpstat`, the one under test; `drain`, `fdwalk` and `storm`, beside this one; or any other.
  std::string command;
  std::vector<std::string> references = {};  ///< commands; the ratio is to the sum of their times
  Task task = Task::other;
  Output output = Output::null;
  Measure measure = Measure::wall;
  int reference_times = 1;  ///< how often the references count

  /// The command as it is printed.
  std::string name() const;
  bool is_tcpstat() const;
};

/// Beside the program under test, where commands run: a file of prefixes that no socket of the lab has.
inline constexpr const char* kPrefixes = "prefixes";

/// The cases of a group that is to be measured among `sockets`: "empty", "population", "owners",
/// "namespaces" or "trace". No others.
std::vector<Case> cases_of(const std::string& group, long sockets);

}  // namespace tcpstat::bench
