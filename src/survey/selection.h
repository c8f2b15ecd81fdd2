#pragma once
// The first sink of every run: counts half-opens per listener before any filter, passes the rows that the filter
// matches, counts those, and holds listeners back until their half-opens are known.

#include <functional>
#include <vector>

#include "filter/filter.h"
#include "filter/untold.h"
#include "model/row_store.h"
#include "model/sink.h"
#include "report/tally.h"
#include "survey/listener_table.h"

namespace tcpstat::survey {

class Selection final : public Sink {
 public:
  /// Whether the query reads SYN_RECV, so that a listener's count of half-opens means something.
  enum class HalfOpens : bool { not_read, read };

  Selection(const filter::Filter& filter, HalfOpens half_opens, Sink& next,
            filter::Untold::Rows rows = filter::Untold::Rows::live)
      : filter_(filter),
        has_options_(filter.has_options()),
        half_opens_(half_opens),
        next_(next),
        untold_(filter, rows),
        follows_untold_(untold_.asks()) {}

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// The dump has ended: passes the listeners on.
  Flow finish();

  /// Rows that matched.
  [[nodiscard]] const Tally& tally() const { return tally_; }
  /// What rows did not tell that the filter asks for.
  [[nodiscard]] const filter::Untold& untold() const { return untold_; }

 private:
  const filter::Filter& filter_;
  bool has_options_;  ///< asked once, not for each row
  HalfOpens half_opens_;
  Sink& next_;
  filter::Untold untold_;
  bool follows_untold_;  ///< asked once, as above
  Tally tally_;
  ListenerTable table_;
  RowStore held_;
};

}  // namespace tcpstat::survey
