#pragma once
// Whether a row matches a tree: what evaluate() answers, where only a plain yes counts, at the cost of a plain yes.

#include "filter/expression.h"

namespace tcpstat::filter {

/// Whether evaluate() is Truth::yes. In a tree of `and`, `or` and `not` that asks two questions of each part: whether it
/// is known to hold, or known not to. evaluate() asks both.
bool holds(const Expression& expression, const Connection& row, Names& names, Ends ends);
bool holds(const Expression& expression, const Listener& row, Names& names);

}  // namespace tcpstat::filter
