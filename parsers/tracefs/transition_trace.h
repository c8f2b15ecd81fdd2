#pragma once
// Transitions as the kernel announces them: the tracepoint sock:inet_sock_set_state, read from a tracefs instance of
// its own, so that nobody else's tracing is disturbed. The tracepoint skips nothing, also in interrupts, and records
// that its buffer has to overwrite are counted. It sees every network namespace, and its records have neither cookie
// nor namespace.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/keyed_hash.h"
#include "model/pending_resets.h"
#include "model/transition_source.h"
#include "parsers/tracefs/trace_instance.h"
#include "parsers/tracefs/trace_record.h"

namespace tcpstat::tracefs {

class TransitionTrace final : public TransitionSource {
 public:
  /// Called when everything that the kernel had so far is handed over; says whether to go on.
  using Between = std::function<Flow()>;

  /// Tracing begins here. Needs the rights of root and a mounted tracefs.
  static Expected<std::unique_ptr<TransitionTrace>> open(Between between);
  ~TransitionTrace() override;

  /// Reads until the sink or `between` has enough. Records come in the order of their times; `line` numbers them from
  /// 1.
  Expected<void> read(ObservationSink& sink) override;

 private:
  explicit TransitionTrace(TraceInstance instance, Between between)
      : instance_(std::move(instance)), between_(std::move(between)) {}

  Flow release(std::uint64_t until_ns, ObservationSink& sink);
  Flow tell(const TraceRecord& record, ObservationSink& sink);

  TraceInstance instance_;
  Between between_;
  KeyedHash hash_;
  std::vector<TraceRecord> waiting_;
  PendingResets resets_;
  std::uint64_t since_1970_ns_ = 0;  ///< when CLOCK_MONOTONIC was 0
  std::uint64_t records_ = 0;
};

}  // namespace tcpstat::tracefs
