#include "parsers/source/row_delivery.h"

#include "model/age.h"
#include "model/row_rules.h"

namespace tcpstat::source {

bool RowDelivery::repeated(const Socket& row, const Endpoint& remote) {
  if (row.cookie) return cookies_.seen(*row.cookie);
  const auto identity = identity_.of(row, remote);
  return identity && tuples_.seen(*identity);
}

Flow RowDelivery::deliver(Connection& row) {
  if (repeated(row, row.remote)) {
    ++coverage_.duplicates_dropped;
    return Flow::more;
  }
  ++coverage_.rows_read;
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
  return sink_.listener(row);
}

}  // namespace tcpstat::source
