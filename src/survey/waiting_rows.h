#pragma once
// Rows that wait until the names of all their remote addresses have been looked up together.

#include <set>
#include <vector>

#include "model/row_store.h"
#include "model/sink.h"

namespace tcpstat::survey {

class WaitingRows final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    addresses_.insert(row.remote.address.unmapped());
    rows_.keep(row);
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    rows_.keep(row);
    order_of_listeners_.push_back(rows_.connections().size());
    return Flow::more;
  }

  [[nodiscard]] std::vector<Address> addresses() const { return {addresses_.begin(), addresses_.end()}; }

  /// Passes the rows on in the order in which they came.
  Flow finish(Sink& next) {
    const auto& connections = rows_.connections();
    const auto& listeners = rows_.listeners();
    std::size_t listener = 0;
    for (std::size_t i = 0; i <= connections.size(); ++i) {
      for (; listener < listeners.size() && order_of_listeners_[listener] == i; ++listener) {
        if (next.listener(listeners[listener]) == Flow::stop) return Flow::stop;
      }
      if (i < connections.size() && next.connection(connections[i]) == Flow::stop) return Flow::stop;
    }
    return Flow::more;
  }

 private:
  RowStore rows_;
  std::vector<std::size_t> order_of_listeners_;
  std::set<Address> addresses_;
};

}  // namespace tcpstat::survey
