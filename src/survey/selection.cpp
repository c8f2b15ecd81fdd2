#include "survey/selection.h"

namespace tcpstat::survey {

Flow Selection::connection(const Connection& row) {
  if (row.state == State::syn_recv) table_.add_half_open(row);
  const bool matches = has_options_ ? filter_.matches(row) : filter_.matches_without_options(row);
  if (follows_untold_) untold_.see(row, matches);
  if (!matches) return Flow::more;
  tally_.add(row.state, row.family);
  return next_.connection(row);
}

Flow Selection::listener(const Listener& row) {
  table_.add_listener(row);
  const bool matches = filter_.matches(row);
  if (follows_untold_) untold_.see(row, matches);
  if (!matches) return Flow::more;
  tally_.add(State::listen, row.family);
  held_.keep(row);
  return Flow::more;
}

Flow Selection::finish() {
  for (Listener& row : held_.listeners()) {
    // Rows from files bring the count that was true when they were read.
    if (half_opens_ == HalfOpens::read && !row.syn_recv) row.syn_recv = table_.half_open(row);
    if (next_.listener(row) == Flow::stop) return Flow::stop;
  }
  return Flow::more;
}

}  // namespace tcpstat::survey
