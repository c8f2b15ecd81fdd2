#pragma once
// Where the output goes: standard output, or a file that appears whole or not at all.

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "cli/output_target.h"

namespace tcpstat::cli {

/// The first SIGINT or SIGTERM calls `tell`, which may do what signal handlers may; the second ends the process. `flags`:
/// those of sigaction(2).
void tell_first_stop(void (*tell)(int), int flags);

class Output {
 public:
  /// How long to wait for a reader of a FIFO if --timeout does not say it.
  static constexpr std::chrono::milliseconds kPatience{10'000};

  /// Empty path: standard output. An existing target that is no regular file (a FIFO, /dev/null) is written directly;
  /// else a file without a name takes its place on commit(), with the mode and the owner of the old one. Symbolic links
  /// are followed first. `patience`: for a reader of a FIFO; nothing: for ever.
  static Expected<Output> open(const std::string& path, std::optional<std::chrono::milliseconds> patience = kPatience);

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  /// Without a commit() the old file stays as it was.
  ~Output();

  [[nodiscard]] int fd() const { return fd_; }
  /// Completes "cannot write …".
  [[nodiscard]] const std::string& name() const { return name_; }
  Expected<void> commit();

 private:
  enum class Unfinished : std::uint8_t {
    nothing,   ///< written directly, or committed
    nameless,  ///< O_TMPFILE: gone with its descriptor
    named,     ///< temporary_ is its name
  };

  Output() = default;

  Expected<void> open_directly(std::optional<std::chrono::milliseconds> patience);
  Expected<void> begin_file();
  Expected<void> begin_named();
  void dress() const;
  Expected<void> link_name();
  [[nodiscard]] Error failed(int code) const;

  int fd_ = 1;
  FileDescriptor owned_;
  std::string name_ = "standard output";
  OutputTarget target_;
  Unfinished unfinished_ = Unfinished::nothing;
  std::string temporary_;  ///< in the directory of the target
};

}  // namespace tcpstat::cli
