#include "cli/verbs/counted_metrics.h"

#include <algorithm>
#include <chrono>

#include "survey/grouping.h"

namespace tcpstat::cli::verbs {

CountedMetrics::CountedMetrics(Host& host, const std::vector<std::string>& group_by)
    : host_(host),
      facts_(host.kernel_facts()),
      begin_(host.clock().now()),
      counter_(facts_.settings, std::find(group_by.begin(), group_by.end(), survey::kProcessKey) != group_by.end()
                                    ? survey::CountProcesses::yes
                                    : survey::CountProcesses::no) {}

Metrics CountedMetrics::take() const {
  Metrics out = counter_.metrics();
  out.dump_seconds = std::chrono::duration<double>(host_.clock().now() - begin_).count();
  return out;
}

}  // namespace tcpstat::cli::verbs
