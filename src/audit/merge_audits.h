#pragma once
// The audits of several network namespaces as one.

#include <cstdint>
#include <string>
#include <vector>

#include "report/check_report.h"

namespace tcpstat::audit {

struct NamespaceAudit {
  std::uint64_t inode = 0;
  std::string name;  ///< or a process that lives there
  AuditReport report;
};

/// The worst status, a verdict for each namespace, and each line once: what is judged alike in several names them all.
AuditReport merge(std::vector<NamespaceAudit> audits);

}  // namespace tcpstat::audit
