#pragma once
// The last sink of a plain summary: top remotes and listeners; states are counted by the selection before it.

#include <optional>
#include <vector>

#include "model/row_store.h"
#include "model/sink.h"
#include "report/report.h"
#include "report/summary.h"
#include "survey/top_remotes.h"

namespace tcpstat::survey {

class Summarizer final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    if (row.state != State::close) top_.add(row);
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    listeners_.keep(row);
    return Flow::more;
  }

  /// States × family with zeros, and all details. `report` brings the counts.
  [[nodiscard]] Summary summary(const Report& report);

 private:
  TopRemotes top_;
  RowStore listeners_;
};

}  // namespace tcpstat::survey
