#pragma once
// check with -w and -c: how many sockets the filters select, against two ranges.

#include "cli/options/request.h"
#include "model/host.h"
#include "report/check_report.h"

namespace tcpstat::cli::verbs {

/// Reads, counts and judges.
CheckReport count_sockets(const options::Request& request, Host& reading);

}  // namespace tcpstat::cli::verbs
