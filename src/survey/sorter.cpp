#include "survey/sorter.h"

#include <algorithm>
#include <numeric>

namespace tcpstat::survey {

Cell Sorter::cell(const SortKey& key, std::size_t row) const {
  const auto& connections = store_->connections();
  return row < connections.size() ? cell_of(*key.column, connections[row], names_)
                                  : cell_of(*key.column, store_->listeners()[row - connections.size()], names_);
}

bool Sorter::before(std::size_t a, std::size_t b) const {
  for (const SortKey& key : keys_) {
    const Cell left = cell(key, a);
    const Cell right = cell(key, b);
    const int order = compare(left, right);
    if (order == 0) continue;
    const bool unknown = left.kind == Cell::Kind::unknown || right.kind == Cell::Kind::unknown;
    return key.descending && !unknown ? order > 0 : order < 0;
  }
  return a < b;
}

std::vector<std::size_t> Sorter::order() const {
  std::vector<std::size_t> rows(store_->connections().size() + store_->listeners().size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto less = [this](std::size_t a, std::size_t b) { return before(a, b); };
  if (keep_ && *keep_ < rows.size()) {
    const auto end = rows.begin() + static_cast<std::ptrdiff_t>(*keep_);
    std::partial_sort(rows.begin(), end, rows.end(), less);
    rows.erase(end, rows.end());
  } else {
    std::sort(rows.begin(), rows.end(), less);
  }
  return rows;
}

void Sorter::throw_out() {
  const std::size_t rows = store_->connections().size() + store_->listeners().size();
  if (!keep_ || rows < kLeastRows || rows / kSlack < *keep_) return;
  std::vector<std::size_t> kept = order();
  std::sort(kept.begin(), kept.end());  // ties go by arrival
  auto smaller = std::make_unique<RowStore>();
  const auto& connections = store_->connections();
  for (const std::size_t row : kept) {
    if (row < connections.size()) {
      smaller->keep(connections[row]);
    } else {
      smaller->keep(store_->listeners()[row - connections.size()]);
    }
  }
  store_ = std::move(smaller);
}

Flow Sorter::connection(const Connection& row) {
  store_->keep(row);
  throw_out();
  return Flow::more;
}

Flow Sorter::listener(const Listener& row) {
  store_->keep(row);
  throw_out();
  return Flow::more;
}

Flow Sorter::finish() {
  const auto& connections = store_->connections();
  for (const std::size_t row : order()) {
    const Flow flow = row < connections.size() ? next_.connection(connections[row])
                                               : next_.listener(store_->listeners()[row - connections.size()]);
    if (flow == Flow::stop) return flow;
  }
  return Flow::more;
}

}  // namespace tcpstat::survey
