#include "screen/row_window.h"

namespace tcpstat::screen {
namespace {

filter::Filter of_any_state(filter::Filter filter) {
  filter.states = StateSet::all();
  return filter;
}

}  // namespace

RowWindow::RowWindow(const Wanted& wanted, Names& names)
    : shown_(wanted.shown), shown_listeners_(of_any_state(wanted.shown)), keeper_(store_, wanted.rows) {
  if (!wanted.sort.empty()) sorter_.emplace(wanted.sort, wanted.rows, names, keeper_);
}

Flow RowWindow::connection(const Connection& row) {
  if (row.state == State::syn_recv) half_opens_.add(row);
  if (!shown_.matches(row)) return Flow::more;
  ++matched_;
  return sorter_ ? sorter_->connection(row) : keeper_.connection(row);
}

Flow RowWindow::listener(const Listener& row) {
  return shown_listeners_.matches(row) ? keeper_.listener(row) : Flow::more;
}

void RowWindow::finish() {
  if (sorter_) sorter_->finish();
}

}  // namespace tcpstat::screen
