#pragma once
// Which transitions the user wants: those that have, before or after them, a row that the filter wants.

#include "filter/filter.h"
#include "model/transition.h"

namespace tcpstat::filter {

/// A condition on an end that is not known yet does not match, such as one on the local port before connect() chose it.
bool wants(const Filter& filter, const Transition& transition);

}  // namespace tcpstat::filter
