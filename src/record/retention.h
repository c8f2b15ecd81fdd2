#pragma once
// Which file of a record is to be thinned or removed next, so that the record stays within its limits.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/frame.h"

namespace tcpstat::record {

struct StoredFile {
  std::string name;
  FileKind kind = FileKind::rows;
  std::uint64_t first_sample = 0;
  std::chrono::nanoseconds begin{};  ///< of its first sample, since 1970
  std::uint64_t bytes = 0;
  bool thin = false;  ///< has key frames alone
  bool open = false;  ///< is being written
};

struct RetentionLimits {
  std::optional<std::chrono::nanoseconds> keep;  ///< nothing: for ever
  std::optional<std::uint64_t> most_bytes;       ///< of all files together; nothing: no limit
};

struct RetentionStep {
  enum class Action : std::uint8_t { thin, remove };
  std::string name;
  Action action;
};

/// The next step, or nothing if the limits are kept. `files` are in the order of their samples. Files that are older
/// than `keep` go first; then files of rows are thinned, the oldest first; then thin ones go. Counts go last, because
/// they are small.
std::optional<RetentionStep> next_step(const std::vector<StoredFile>& files, std::chrono::nanoseconds now,
                                       const RetentionLimits& limits);

}  // namespace tcpstat::record
