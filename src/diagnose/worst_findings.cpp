#include "diagnose/worst_findings.h"

#include <algorithm>
#include <iterator>

namespace tcpstat::diagnose {

void add_worst(std::vector<Finding> found, std::vector<Finding>& out, std::size_t most) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(most, found.size()));
  std::move(found.begin(), end, std::back_inserter(out));
}

}  // namespace tcpstat::diagnose
