#pragma once
// Two sinks that look at the same rows; the second one says whether there is to be more.

#include "model/sink.h"

namespace tcpstat::inline model {

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
