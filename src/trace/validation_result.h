#pragma once
// What is known of a log when it has ended.

#include <cstdint>
#include <vector>

#include "report/coverage.h"
#include "trace/pair_counts.h"

namespace tcpstat::trace {

struct Validation {
  const PairCounts* pairs = nullptr;
  std::uint64_t lines = 0;
  std::uint64_t sockets = 0;
  std::uint64_t samples = 0;
  std::uint64_t not_seen_again = 0;  ///< in samples that cannot tell whether they were gone
  std::uint64_t lost_records = 0;    ///< as the log itself says
  std::uint64_t bad_lines = 0;
  std::uint64_t left_out = 0;  ///< findings that were counted and not written
  bool complete = true;        ///< the log was read to its end, and every line was understood
  std::vector<Warning> warnings;
};

}  // namespace tcpstat::trace
