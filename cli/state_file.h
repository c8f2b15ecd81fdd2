#pragma once
// The file that a check remembers its last run in: read, locked against a second run, and replaced whole. What it holds is
// run_memory's business. A file that is not plainly ours is neither read nor written.

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::cli {

class StateFile {
 public:
  /// More is not read: the largest that is written has less than a quarter of it.
  static constexpr std::size_t kMostBytes = 8 << 20;

  /// Opens or creates the file, mode 0600, and locks it; waits for another run at most `patience` (nothing: for ever).
  /// Fails for a symbolic link, anything but a regular file, and a file of another user or with other names.
  static Expected<StateFile> open(const std::string& path, std::optional<std::chrono::milliseconds> patience);

  /// What it holds; empty for a new one. Fails for one that is too large, or that others may write.
  Expected<std::string> read() const;
  /// Replaces it by a file with this text, mode 0600, which is on the disk when this returns.
  Expected<void> replace(const std::string& text);

 private:
  StateFile(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  FileDescriptor file_;  ///< holds the lock
};

}  // namespace tcpstat::cli
