#pragma once
// Where the output goes: standard output, or a file that appears whole or not at all.

#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::cli {

class Output {
 public:
  /// Empty path: standard output. An existing target that is no regular file (a FIFO, /dev/null) is written directly;
  /// else a temporary file beside it takes its place on commit(). Symbolic links are followed first.
  static Expected<Output> open(const std::string& path);

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  /// Without a commit() the old file stays as it was.
  ~Output();

  [[nodiscard]] int fd() const { return fd_; }
  /// Completes "cannot write …".
  [[nodiscard]] const std::string& name() const { return name_; }
  Expected<void> commit();

 private:
  Output() = default;

  int fd_ = 1;
  FileDescriptor owned_;
  std::string name_ = "standard output";
  std::string target_;
  std::string temporary_;
};

}  // namespace tcpstat::cli
