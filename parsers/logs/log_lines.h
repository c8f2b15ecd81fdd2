#pragma once
// The lines of a log that may be of any size, or may never end, from a file or standard input.

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::logs {

/// Longer lines are cut there: no record is that long.
inline constexpr std::size_t kLongestLogLine = std::size_t{1} << 20U;

/// False: enough was read.
using UseLine = std::function<bool(std::string_view line, std::uint64_t number)>;

class LogLines {
 public:
  /// "-": standard input. Waits for the writer of a FIFO.
  static Expected<LogLines> open(const std::string& path);

  /// Hands over each line without its newline, counted from 1.
  Expected<void> each(const UseLine& use);
  /// The log ends where it has been read to; what follows the last newline is no line. For signal handlers that do not
  /// restart system calls.
  void end() noexcept;
  [[nodiscard]] bool was_ended() const { return ended_ != 0; }

 private:
  LogLines() = default;

  std::string shown_;
  FileDescriptor owned_;
  FileDescriptor nothing_;  ///< takes the place of fd_ when the log is ended
  int fd_ = -1;
  volatile std::sig_atomic_t ended_ = 0;
};

}  // namespace tcpstat::logs
