#pragma once
// What an error of NETLINK_SOCK_DIAG means for the dump, and what to try.

#include <string>
#include <string_view>

#include "base/error.h"
#include "report/coverage.h"

namespace tcpstat::netlink {

inline constexpr std::string_view kTryProc = "try --source proc";

/// Takes the errno of a receive. Fails if reading cannot go on behind it; otherwise rows may be missing.
Expected<void> take_receive_error(int code, Coverage& coverage);

/// What to try if the kernel ended a dump with this errno.
std::string hint_for(int code);

/// Why connections of MPTCP could not be listed, if that is how their dump ended.
Error mptcp_error(const Error& dump);

}  // namespace tcpstat::netlink
