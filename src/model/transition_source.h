#pragma once
// Where transitions come from and where they go: a log, samples that are compared, a kernel that announces them. A new
// source is one file; whatever judges, counts or writes transitions takes it as it is.

#include "base/error.h"
#include "model/log_record.h"
#include "model/sink.h"

namespace tcpstat::inline model {

class TransitionSink {
 public:
  TransitionSink() = default;
  TransitionSink(const TransitionSink&) = delete;
  TransitionSink& operator=(const TransitionSink&) = delete;
  virtual ~TransitionSink() = default;

  virtual Flow transition(const Transition& transition) = 0;
  /// The source says that it lost records before `line`.
  virtual Flow lost(std::uint64_t count, std::uint64_t line) = 0;
};

/// Takes what a source may have besides: rows of samples that nobody compared yet, and lines that cannot be read.
class ObservationSink : public TransitionSink {
 public:
  virtual Flow row(const SampleRow& row, std::uint64_t line) = 0;
  virtual Flow sample_end(const SampleEnd& end) = 0;
  virtual Flow run_end(const RunEnd& end) = 0;
  virtual Flow overwritten(const OverwrittenEntries& entries, std::uint64_t line) = 0;
  virtual Flow missing(const MissingRecords& records, std::uint64_t line) = 0;
  virtual Flow bad_line(const BadLine& bad, std::uint64_t line) = 0;
};

class TransitionSource {
 public:
  TransitionSource() = default;
  TransitionSource(const TransitionSource&) = delete;
  TransitionSource& operator=(const TransitionSource&) = delete;
  virtual ~TransitionSource() = default;

  /// Hands over what it finds, in its order, until it ends or the sink has enough.
  virtual Expected<void> read(ObservationSink& sink) = 0;
};

}  // namespace tcpstat::inline model
