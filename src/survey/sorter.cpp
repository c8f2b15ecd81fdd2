#include "survey/sorter.h"

#include <algorithm>

namespace tcpstat {

Flow Sorter::connection(const Connection& row) {
  store_.keep(row);
  return Flow::more;
}

Flow Sorter::listener(const Listener& row) {
  store_.keep(row);
  return Flow::more;
}

Flow Sorter::finish() {
  // Connections came first, listeners last; a row's number is its place in that order.
  const auto& connections = store_.connections();
  const auto& listeners = store_.listeners();
  const auto cell = [&](const SortKey& key, std::size_t row) {
    return row < connections.size() ? cell_of(*key.column, connections[row], names_)
                                    : cell_of(*key.column, listeners[row - connections.size()], names_);
  };
  const auto before = [&](std::size_t a, std::size_t b) {
    for (const SortKey& key : keys_) {
      const Cell left = cell(key, a);
      const Cell right = cell(key, b);
      const int order = compare(left, right);
      if (order == 0) continue;
      const bool unknown = left.kind == Cell::Kind::unknown || right.kind == Cell::Kind::unknown;
      return key.descending && !unknown ? order > 0 : order < 0;
    }
    return a < b;
  };
  std::vector<std::size_t> order(connections.size() + listeners.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), before);
  for (const std::size_t row : order) {
    const Flow flow = row < connections.size() ? next_.connection(connections[row])
                                               : next_.listener(listeners[row - connections.size()]);
    if (flow == Flow::stop) return flow;
  }
  return Flow::more;
}

}  // namespace tcpstat
