#pragma once
// check with -w and -c: how many sockets the filters select, against two ranges.

#include "cli/options/request.h"
#include "cli/verbs/reading.h"
#include "report/check_report.h"

namespace tcpstat::cli::verbs {

/// Reads, counts and judges.
CheckReport count_sockets(const options::Request& request, Reading& reading);

}  // namespace tcpstat::cli::verbs
