#pragma once
// A log as a source of transitions: its lines, each read as what it is, or the samples of a saved dump or /proc table.

#include <bit>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/transition_source.h"
#include "parsers/logs/log_file.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {

class LogSource final : public TransitionSource {
 public:
  /// "-": standard input. Waits for the writer of a FIFO.
  /// `order`: of addresses in text of /proc; nothing: they tell it.
  static Expected<std::unique_ptr<LogSource>> open(const std::string& path, LogFile::Patience patience = {},
                                                   std::optional<std::endian> order = {});

  Expected<void> read(ObservationSink& sink) override;
  /// Ends the log where it has been read to. For signal handlers without SA_RESTART.
  void end() noexcept { file_.end(); }
  [[nodiscard]] bool was_ended() const { return file_.was_ended(); }
  /// Lines that were read, or rows of samples.
  [[nodiscard]] std::uint64_t lines() const { return count_; }
  /// What the user should know of the byte order of text of /proc, when it has been read; empty: nothing.
  [[nodiscard]] const std::string& byte_order_warning() const { return byte_order_warning_; }

 private:
  LogSource(LogFile file, std::optional<std::endian> order) : file_(std::move(file)), order_(order) {}
  /// Reads enough to tell what the log is. A pipe may bring only a few bytes at first.
  Expected<std::string> read_head();
  [[nodiscard]] bool tells_kind(std::string_view head);
  Expected<void> read_lines(std::string_view first, ObservationSink& sink);
  Expected<void> read_samples(SampleReader& reader, std::string_view first);
  Expected<void> read_proc_text(std::string_view first, ObservationSink& sink);
  Expected<void> read_dump(std::string_view first, ObservationSink& sink);

  void count_entry(std::string_view line, const LogRecord& record);
  Flow look_for_missing_entries(ObservationSink& sink) const;

  LogFile file_;
  std::optional<std::endian> order_;
  std::string byte_order_warning_;
  TransitionLog log_;
  std::uint64_t count_ = 0;
  // Entries of traces, of all events.
  std::uint64_t headers_ = 0;       ///< headers that count entries
  std::uint64_t first_header_ = 0;  ///< the line of the first header
  std::uint64_t counted_entries_ = 0;
  std::uint64_t entries_ = 0;  ///< entries behind the first header
};

/// Hands a record of line number `line` to the method of `sink` that takes it.
Flow deliver(LogRecord record, std::uint64_t line, ObservationSink& sink);

}  // namespace tcpstat::logs
