#pragma once
// Passes the first N rows on and then asks to stop.

#include <cstdint>

#include "model/sink.h"

namespace tcpstat::survey {

class Limit final : public Sink {
 public:
  Limit(std::uint64_t rows, Sink& next) : left_(rows), next_(next) {}

  Flow connection(const Connection& row) override { return pass(row, &Sink::connection); }
  Flow listener(const Listener& row) override { return pass(row, &Sink::listener); }
  /// True once a row came that was not passed on.
  [[nodiscard]] bool limited() const { return limited_; }

 private:
  // Stops at the first row too many, not at the last one that fits: otherwise it would not know that there are more.
  template <typename Row>
  Flow pass(const Row& row, Flow (Sink::*next)(const Row&)) {
    if (left_ == 0) {
      limited_ = true;
      return Flow::stop;
    }
    --left_;
    return (next_.*next)(row);
  }

  std::uint64_t left_;
  bool limited_ = false;
  Sink& next_;
};

}  // namespace tcpstat::survey
