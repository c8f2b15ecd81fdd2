// One run of a command, and what it cost.
#pragma once

#include <vector>

#include "words.h"

namespace tcpstat::bench {

enum class Output { null, pipe };

struct Usage {
  double wall = 0;  ///< milliseconds
  double cpu = 0;   ///< milliseconds, user and system, of all threads
  long peak_kib = 0;
  bool failed = false;
};

/// The usage of a command, round by round.
using Series = std::vector<Usage>;

/// From fork to the end of the process; with a pipe, to the end of its reader, whose own CPU time does not count.
Usage run(const Words& words, Output output = Output::null);

/// Replaces this process; ends it with 127 when there is no such program.
[[noreturn]] void become(const Words& words);

bool failed(const Series& series);
std::vector<double> wall_of(const Series& series);
std::vector<double> cpu_of(const Series& series);

std::vector<double> peak_mib_of(const Series& series);

}  // namespace tcpstat::bench
