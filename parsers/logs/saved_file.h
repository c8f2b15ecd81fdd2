#pragma once
// The bytes of a saved file or of standard input, in blocks.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::logs {

class SavedFile {
 public:
  /// "-": standard input.
  static Expected<SavedFile> open(const std::string& path, std::optional<std::chrono::milliseconds> timeout);

  /// Valid until the next call; empty at the end.
  Expected<std::string_view> read();

  /// In sentences.
  [[nodiscard]] const std::string& name() const { return shown_; }
  /// When a regular file was last changed, as RFC 3339.
  [[nodiscard]] const std::optional<std::string>& changed() const { return changed_; }

  /// What read() gives at most.
  static constexpr std::size_t kBlock = 64 * 1024;

 private:
  explicit SavedFile(std::optional<std::chrono::milliseconds> timeout) : budget_(timeout) {}

  std::string shown_;
  std::optional<std::string> changed_;
  source::TimeBudget budget_;
  FileDescriptor owned_;
  int fd_ = -1;
  std::unique_ptr<std::array<char, kBlock>> block_ = std::make_unique<std::array<char, kBlock>>();
};

}  // namespace tcpstat::logs
