#include "cli/verbs/counted_metrics.h"

#include <algorithm>
#include <chrono>

#include "survey/grouping.h"

namespace tcpstat::cli::verbs {

namespace {

bool has(const std::vector<std::string>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

CountedMetrics::CountedMetrics(Host& host, const std::vector<std::string>& group_by,
                               const std::vector<std::uint16_t>& ports)
    : host_(host),
      facts_(host.kernel_facts()),
      begin_(host.clock().now()),
      counter_(facts_.settings,
               has(group_by, survey::kProcessKey) ? survey::CountProcesses::yes : survey::CountProcesses::no, ports) {
  if (has(group_by, "unit")) joined_.emplace_back(rows(), units_.emplace(host.names()));
  if (has(group_by, "remote")) joined_.emplace_back(rows(), destinations_.emplace(facts_.settings));
}

Metrics CountedMetrics::take() const {
  Metrics out = counter_.metrics();
  for (ListenerMetrics& one : out.listeners) one.device = device_text(host_.names(), 0, one.interface);
  if (units_) out.units = units_->take();
  if (destinations_) out.destinations = destinations_->take();
  out.dump_seconds = std::chrono::duration<double>(host_.clock().now() - begin_).count();
  return out;
}

}  // namespace tcpstat::cli::verbs
