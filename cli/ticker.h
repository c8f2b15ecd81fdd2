#pragma once
// When the next sample is due, and what ends a watch: its count, SIGINT or SIGTERM, or a reader that has gone.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/file_descriptor.h"

namespace tcpstat::cli {

class Ticker {
 public:
  /// Takes SIGINT and SIGTERM over, unless they are ignored; a second one ends the process at once. `out` is watched
  /// for its reader, and not owned; -1: there is none.
  Ticker(std::chrono::milliseconds interval, std::optional<std::uint64_t> count, int out);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  ~Ticker();

  /// Waits until the next sample is due; false when there is none. Samples that took longer than the interval do not
  /// pile up: the next one comes at once, and the interval counts from there.
  bool next();
  /// Samples that were due so far.
  [[nodiscard]] std::uint64_t samples() const { return samples_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// False when a signal or the end of the output came first.
  [[nodiscard]] bool wait_until(Clock::time_point due) const;

  std::chrono::milliseconds interval_;
  std::optional<std::uint64_t> count_;
  int out_;
  FileDescriptor stopped_;
  Clock::time_point due_;
  std::uint64_t samples_ = 0;
};

}  // namespace tcpstat::cli
