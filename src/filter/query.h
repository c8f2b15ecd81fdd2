#pragma once
// What a source is asked for.

#include "filter/filter.h"
#include "model/state.h"

namespace tcpstat::filter {

struct Query {
  /// Rows to be shown must pass it. A source may use parts of it to read less, but must never drop a needed row.
  Filter filter;
  /// States to read: those of the filter and those that others need (half-opens, to count them per listener).
  StateSet states = StateSet::all();
  RowParts parts = {};
  /// Read connections of Multipath TCP instead of those of TCP, which may be their subflows.
  bool mptcp = false;
};

}  // namespace tcpstat::filter
