#pragma once
// The audit of a host: reads what the checks rest on, and sums them up. It changes nothing.

#include "base/error.h"
#include "model/host.h"
#include "report/check_report.h"

namespace tcpstat::audit {

/// All of the report but its exit code. Fails for a saved file, which has no settings.
Expected<AuditReport> audit_host(Host& host);

}  // namespace tcpstat::audit
