#pragma once
// Which transitions the user wants: those of which either side is a row that the filter wants.

#include "filter/filter.h"
#include "model/transition.h"

namespace tcpstat::filter {

/// An end that is not known yet, as the local port before connect() has chosen one, matches no condition on it.
bool wants(const Filter& filter, const Transition& transition);

}  // namespace tcpstat::filter
