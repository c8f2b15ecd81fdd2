#pragma once
// Where a check keeps what it remembers from run to run.

#include <optional>
#include <string>

#include "base/error.h"

namespace tcpstat::check {

/// What a store holds. The text is there to tell whether it may be replaced, even where it is not to be believed.
struct Kept {
  std::string text;                 ///< empty for a new store
  std::optional<Error> doubt = {};  ///< why nothing may rest on it
};

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
  /// Fails for what cannot be a memory. It is not to be replaced then.
  virtual Expected<Kept> read() = 0;
  /// Replaces all that it holds, and unlocks it.
  virtual Expected<void> replace(const std::string& text) = 0;
};

}  // namespace tcpstat::check
