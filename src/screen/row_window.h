#pragma once
// Of the rows of one dump those that the screen may show: the first of some order, every listener, and counts of the
// rest.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "filter/filter.h"
#include "model/row_store.h"
#include "model/sink.h"
#include "survey/sorter.h"
#include "survey/top_remotes.h"

namespace tcpstat::screen {

/// What is asked of the next dump.
struct Wanted {
  filter::Filter shown;                    ///< of the rows that the rules see
  std::vector<survey::SortKey> sort = {};  ///< empty: as the kernel has them
  std::uint64_t rows = 0;                  ///< at most so many connections are kept
};

class RowWindow final : public Sink {
 public:
  RowWindow(const Wanted& wanted, Names& names);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// The dump has ended.
  void finish();

  [[nodiscard]] const std::vector<Connection>& connections() const { return store_.connections(); }
  [[nodiscard]] const std::vector<Listener>& listeners() const { return store_.listeners(); }
  /// Connections that the filter of the screen matches, kept or not.
  [[nodiscard]] std::uint64_t matched() const { return matched_; }
  /// The networks that most half-opens come from.
  [[nodiscard]] std::vector<TopEntry> half_open_prefixes() const { return half_opens_.prefixes(); }

 private:
  class Keeper final : public Sink {
   public:
    Keeper(RowStore& store, std::uint64_t most) : store_(store), most_(most) {}
    Flow connection(const Connection& row) override {
      if (store_.connections().size() < most_) store_.keep(row);
      return Flow::more;
    }
    Flow listener(const Listener& row) override {
      store_.keep(row);
      return Flow::more;
    }

   private:
    RowStore& store_;
    std::uint64_t most_;
  };

  filter::Filter shown_;
  filter::Filter shown_listeners_;  ///< of any state
  mutable RowStore store_;
  Keeper keeper_;
  std::optional<survey::Sorter> sorter_;
  survey::TopRemotes half_opens_;
  std::uint64_t matched_ = 0;
};

}  // namespace tcpstat::screen
