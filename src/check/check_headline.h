#pragma once
// What stands behind the status in the first line.

#include <string>

#include "report/check_report.h"

namespace tcpstat::check {

/// Of one network namespace.
std::string headline(const CheckReport& report);

/// Where nothing is wrong: an INFO finding, or how many sockets there are. `where`: " in 2 network namespaces", or nothing.
std::string quiet_headline(const CheckReport& report, const std::string& where);

}  // namespace tcpstat::check
