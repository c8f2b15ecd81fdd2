#pragma once
// Samples of one or several network namespaces on their way to the comparison. Rows are compared within a namespace
// only, because others use the same addresses and, on older kernels, the same cookies.

#include <cstdint>
#include <map>
#include <memory>

#include "filter/filter.h"
#include "report/coverage.h"
#include "report/tally.h"
#include "trace/marked_rows.h"
#include "trace/sample_diff.h"

namespace tcpstat::trace {

class NamespaceDiffs final : public Sink {
 public:
  /// Borrows both. If rows name their namespace, transitions do as well.
  NamespaceDiffs(const filter::Filter& filter, TransitionSink& out) : filter_(filter), out_(out) {}

  /// As SampleDiff::destroyed(), before a sample begins. False: no sample showed that socket.
  bool destroyed(std::uint64_t cookie);
  void begin(EventTime now);
  Flow connection(const Connection& row) override { return of(row.netns).rows.connection(row); }
  Flow listener(const Listener& row) override { return of(row.netns).rows.listener(row); }
  /// `coverage` tells what was read of each namespace. A namespace that it does not name has ended.
  void end(SampleDiff::Sample sample, const Coverage& coverage);

  /// Rows of this sample that the filter matches.
  [[nodiscard]] Tally tally() const;
  /// Namespaces that are compared.
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  class Named final : public TransitionSink {
   public:
    Named(std::uint64_t netns, TransitionSink& out) : netns_(netns), out_(out) {}
    Flow transition(const Transition& transition) override;
    Flow lost(std::uint64_t count, std::uint64_t line) override { return out_.lost(count, line); }

   private:
    std::uint64_t netns_;
    TransitionSink& out_;
  };
  struct One {
    One(std::uint64_t netns, const filter::Filter& filter, TransitionSink& out)
        : named(netns, out), diff(named), rows(filter, diff) {}
    Named named;
    SampleDiff diff;
    MarkedRows rows;
  };
  One& of(std::uint64_t netns);

  const filter::Filter& filter_;
  TransitionSink& out_;
  std::map<std::uint64_t, std::unique_ptr<One>> all_;  ///< by inode; 0: that of the run
  One* last_ = nullptr;
  std::uint64_t last_netns_ = 0;
  EventTime now_{};
  EventTime before_{};
  bool knew_all_ = false;  ///< the sample before showed every namespace that there was
};

}  // namespace tcpstat::trace
