#pragma once
// The samples of a record one after the other, as a host whose clock is that of the record.

#include <chrono>
#include <memory>

#include "base/error.h"
#include "model/host.h"
#include "parsers/records/record_store.h"

namespace tcpstat::host {

class ReplayedRecord : public Host {
 public:
  /// Opens the samples between two times since 1970; fails if there is none. The position is before the first.
  static Expected<std::unique_ptr<ReplayedRecord>> open(const std::string& path, std::chrono::microseconds from,
                                                        std::chrono::microseconds to);

  /// Moves `by` samples forward, or back if negative. False if there is no such sample; then nothing changes.
  virtual bool step(std::ptrdiff_t by) = 0;
  /// The sample that is shown, from 1, and how many there are.
  [[nodiscard]] virtual std::size_t position() const = 0;
  [[nodiscard]] virtual std::size_t samples() const = 0;
};

}  // namespace tcpstat::host
