#include "parsers/source/row_delivery.h"

#include <algorithm>

#include "model/age.h"
#include "model/row_rules.h"

namespace tcpstat::source {

bool RowDelivery::repeated(const Socket& row, const Endpoint& remote) {
  if (row.cookie) return cookies_.seen(*row.cookie);
  const std::uint64_t identity = identity_.of(row, remote);
  if (row.origin != Origin::proc || !has_only_tuple(row)) return tuples_.seen(identity);
  const auto before = std::count(block_.begin(), block_.end(), identity);
  block_.push_back(identity);
  return tuples_.seen(before == 0 ? identity : identity_.of(row, remote, static_cast<std::uint64_t>(before)));
}

Flow RowDelivery::deliver(Connection& row) {
  if (repeated(row, row.remote)) {
    ++coverage_.duplicates_dropped;
    return Flow::more;
  }
  ++coverage_.rows_read;
  row.netns = netns_;
  row.age_ms = estimate_age(row, limits_);
  row.orphan = orphan_reason(row);
  row.flags.add(flags_of(row, limits_));
  return sink_.connection(row);
}

Flow RowDelivery::deliver(Listener& row) {
  if (repeated(row, {})) {
    ++coverage_.duplicates_dropped;
    return Flow::more;
  }
  ++coverage_.rows_read;
  row.netns = netns_;
  return sink_.listener(row);
}

}  // namespace tcpstat::source
