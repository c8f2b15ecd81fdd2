#pragma once
// A check by number: how many sockets the filter selects, against two ranges.

#include "check/check.h"

namespace tcpstat::check {

/// Reads, counts and judges.
CheckReport count_sockets(Host& host, const CheckPlan& plan);

}  // namespace tcpstat::check
