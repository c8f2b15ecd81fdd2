#pragma once
// A log as a source of transitions: its lines, each read as what it is.

#include <memory>
#include <string>

#include "model/transition_source.h"
#include "parsers/logs/log_lines.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {

class LogSource final : public TransitionSource {
 public:
  /// "-": standard input. Waits for the writer of a FIFO.
  static Expected<std::unique_ptr<LogSource>> open(const std::string& path);

  Expected<void> read(ObservationSink& sink) override;
  /// The log ends where it has been read to. For signal handlers that do not restart system calls.
  void end() noexcept { lines_.end(); }
  [[nodiscard]] bool was_ended() const { return lines_.was_ended(); }
  /// Lines that were read.
  [[nodiscard]] std::uint64_t lines() const { return count_; }

 private:
  explicit LogSource(LogLines lines) : lines_(std::move(lines)) {}

  LogLines lines_;
  TransitionLog log_;
  std::uint64_t count_ = 0;
};

/// Hands a record of line number `line` to the method of `sink` that takes it.
Flow deliver(LogRecord record, std::uint64_t line, ObservationSink& sink);

}  // namespace tcpstat::logs
