#pragma once
// A log that may be of any size, or may never end, from a file or standard input.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::logs {

/// No record, row or message of a dump is longer. What claims to be longer is left out, and not kept in memory.
inline constexpr std::size_t kLongestLogLine = std::size_t{1} << 20U;

class LogFile {
 public:
  /// How long a pipe, a socket or a terminal may stay silent; nothing: for ever.
  using Patience = std::optional<std::chrono::milliseconds>;

  /// "-": standard input. Waits for the writer of a FIFO.
  static Expected<LogFile> open(const std::string& path, Patience patience = {});

  /// Hands over what comes, block by block, until `use` says that it is enough.
  Expected<void> blocks(const std::function<bool(std::string_view block)>& use);
  /// Ends the log where it has been read to; text behind the last newline is no line. For signal handlers without
  /// SA_RESTART.
  void end() noexcept;
  /// As it was opened.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// For sentences.
  [[nodiscard]] const std::string& shown() const { return shown_; }
  /// Whether it comes while it is read: a pipe, a socket or a terminal.
  [[nodiscard]] bool is_stream() const { return is_stream_; }
  [[nodiscard]] bool was_ended() const { return ended_ != 0; }

 private:
  LogFile() = default;
  Expected<void> wait() const;
  void wait_for_more() const;

  std::string path_;
  std::string shown_;
  FileDescriptor owned_;
  FileDescriptor nothing_;  ///< takes the place of fd_ when the log is ended
  int fd_ = -1;
  bool at_end_ = false;
  bool is_stream_ = false;
  Patience patience_;
  volatile std::sig_atomic_t ended_ = 0;
};

}  // namespace tcpstat::logs
