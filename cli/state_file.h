#pragma once
// The file in which a check remembers its last run: read, locked against a second run, and replaced whole. run_memory
// knows what it holds. A file that is not plainly ours is neither read nor written.

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "check/memory_store.h"

namespace tcpstat::cli {

class StateFile final : public check::MemoryStore {
 public:
  /// More is not read: the largest that is written has less than a quarter of it.
  static constexpr std::size_t kMostBytes = 8 << 20;

  /// `patience`: how long open() waits for another run; nothing: for ever.
  StateFile(std::string path, std::optional<std::chrono::milliseconds> patience)
      : path_(std::move(path)), patience_(patience) {}

  [[nodiscard]] std::string name() const override { return "the state file " + path_; }
  /// Opens or creates the file, mode 0600, and locks it. Fails for a symbolic link, anything but a regular file, and a
  /// file of another user or with other names.
  Expected<void> open() override;
  /// Fails for a file that is too large. One that others may write is in doubt.
  Expected<check::Kept> read() override;
  /// Replaces it by a file with this text, mode 0600, which is on the disk when this returns.
  Expected<void> replace(const std::string& text) override;

 private:
  Expected<void> write_anew(const std::string& text) const;

  std::string path_;
  std::optional<std::chrono::milliseconds> patience_;
  FileDescriptor file_;  ///< holds the lock
};

}  // namespace tcpstat::cli
