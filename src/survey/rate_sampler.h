#pragma once
// Adds to each connection how much it carried per second since the sample before. It remembers every connection, which
// takes some hundred bytes each.

#include <cstdint>
#include <utility>
#include <vector>

#include "model/host.h"
#include "model/sink.h"
#include "model/traffic.h"

namespace tcpstat::survey {

class RateSampler final : public Sink {
 public:
  explicit RateSampler(const Clock& clock) : clock_(clock) {}

  /// Begins the next sample, whose rows go on to `next`.
  Sink& begin(Sink& next);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override { return next_->listener(row); }

 private:
  /// Each record has its own time, because a dump of a million rows takes seconds.
  struct Record {
    /// Its cookie, and its namespace: before Linux 5.10 each namespace counts cookies of its own.
    std::pair<std::uint64_t, std::uint64_t> socket;
    Clock::Instant when;
    Traffic traffic;
  };

  const Clock& clock_;
  Sink* next_ = nullptr;
  std::vector<Record> before_;  ///< by socket
  std::vector<Record> now_;
};

}  // namespace tcpstat::survey
