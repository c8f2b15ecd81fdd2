#pragma once
// The rows of a live sample on their way to the comparison. All of them go there; the filter only marks those that it
// matches, because a transition is told if either side matches.

#include "filter/filter.h"
#include "report/tally.h"
#include "trace/sample_diff.h"

namespace tcpstat::trace {

class MarkedRows final : public Sink {
 public:
  /// Borrows both.
  MarkedRows(const filter::Filter& filter, SampleDiff& diff)
      : filter_(filter), has_options_(filter.has_options()), diff_(diff) {}

  Flow connection(const Connection& row) override {
    const bool matches = has_options_ ? filter_.matches(row) : filter_.matches_without_options(row);
    return take(row, row.state, matches);
  }
  Flow listener(const Listener& row) override { return take(row, State::listen, filter_.matches(row)); }

  /// A sample begins.
  void start() { tally_ = {}; }
  /// Rows of this sample that the filter matches.
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  template <typename Row>
  Flow take(const Row& row, State state, bool matches) {
    if (matches) tally_.add(state, row.family);
    diff_.see(row, matches ? SampleDiff::Wanted::yes : SampleDiff::Wanted::no);
    return diff_.flow();
  }

  const filter::Filter& filter_;
  bool has_options_;
  SampleDiff& diff_;
  Tally tally_;
};

}  // namespace tcpstat::trace
