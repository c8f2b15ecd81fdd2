#pragma once
// The audits of several network namespaces as one.

#include <vector>

#include "report/of_namespace.h"

namespace tcpstat::audit {

using NamespaceAudit = OfNamespace<AuditReport>;

/// The worst status, a verdict for each namespace, and each line once: a line that is the same in several namespaces
/// names them all.
AuditReport merge(std::vector<NamespaceAudit> audits);

}  // namespace tcpstat::audit
