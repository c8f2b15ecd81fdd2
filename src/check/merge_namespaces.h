#pragma once
// The checks of several network namespaces as one.

#include <vector>

#include "report/check_report.h"

namespace tcpstat::check {

struct NamespaceCheck {
  std::uint64_t inode = 0;
  std::string name;  ///< or a process that lives there
  CheckReport report;
};

/// The worst status, all findings with their namespace, sums of what can be added, and a verdict for each.
CheckReport merge(std::vector<NamespaceCheck> checks);

}  // namespace tcpstat::check
