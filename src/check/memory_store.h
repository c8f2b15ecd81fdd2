#pragma once
// Where a check keeps what it remembers from run to run.

#include <string>

#include "base/error.h"

namespace tcpstat::check {

class MemoryStore {
 public:
  MemoryStore() = default;
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;
  virtual ~MemoryStore() = default;

  /// "the state file /var/lib/tcpstat": what sentences call it.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Locks it: another run waits until replace().
  virtual Expected<void> open() = 0;
  /// What it holds; empty for a new one.
  virtual Expected<std::string> read() = 0;
  /// Replaces all that it holds, and unlocks it.
  virtual Expected<void> replace(const std::string& text) = 0;
};

}  // namespace tcpstat::check
