#pragma once
// Where rows go: sources push, nobody collects unless it says so.

#include <cstdint>

#include "model/connection.h"
#include "model/listener.h"

namespace tcpstat::inline model {

/// What a sink answers: go on, or stop reading (enough rows, or nobody reads the output any more).
enum class Flow : std::uint8_t { more, stop };

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  /// The row and what it points to live during the call only.
  virtual Flow connection(const Connection& row) = 0;
  virtual Flow listener(const Listener& row) = 0;
};

/// Two sinks that look at the same rows; the second one says whether there is to be more.
class BothSinks final : public Sink {
 public:
  BothSinks(Sink& first, Sink& second) : first_(first), second_(second) {}
  Flow connection(const Connection& row) override {
    first_.connection(row);
    return second_.connection(row);
  }
  Flow listener(const Listener& row) override {
    first_.listener(row);
    return second_.listener(row);
  }

 private:
  Sink& first_;
  Sink& second_;
};

}  // namespace tcpstat::inline model
