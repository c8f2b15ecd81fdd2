#pragma once
// A word to the service manager that started us.

namespace tcpstat::cli {

/// Sends READY=1, as sd_notify(3) describes it; nothing if nobody asked for it (NOTIFY_SOCKET).
void tell_ready();

}  // namespace tcpstat::cli
