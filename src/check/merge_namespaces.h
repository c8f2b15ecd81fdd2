#pragma once
// The checks of several network namespaces as one.

#include <vector>

#include "report/of_namespace.h"

namespace tcpstat::check {

using NamespaceCheck = OfNamespace<CheckReport>;

/// The worst status, all findings with their namespace, sums of what can be added, and a verdict for each.
CheckReport merge(std::vector<NamespaceCheck> checks);

}  // namespace tcpstat::check
