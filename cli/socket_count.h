#pragma once
// check with -w and -c: how many sockets the filters select, against two ranges.

#include "cli/reading.h"
#include "cli/request.h"
#include "model/check_report.h"

namespace tcpstat {

/// Reads, counts and judges.
CheckReport count_sockets(const Request& request, Reading& reading);

}  // namespace tcpstat
