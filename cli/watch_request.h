#pragma once
// What of a request a watch cannot do.

#include <optional>

#include "cli/request.h"

namespace tcpstat {

std::optional<UsageError> check_watch(const Request& request);

}  // namespace tcpstat
