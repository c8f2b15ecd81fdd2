#pragma once
// The first of the two samples of one run, and what happens until the second is due.

#include <chrono>
#include <optional>
#include <vector>

#include "detect/sample/listener_ends.h"
#include "detect/sample/syn_sample.h"
#include "detect/sample/tracked_requests.h"
#include "filter/filter.h"
#include "model/host.h"
#include "model/kernel_facts.h"
#include "survey/dump.h"

namespace tcpstat::check {

struct FirstSample {
  detect::SynSample sample;
  KernelFacts facts;
  KernelCounters after_first_second;
  KernelCounters before_last_second;
  detect::TrackedRequests followed;
  detect::ListenerEnds listeners = {};  ///< of all looks until the second sample
  std::vector<Warning> warnings = {};   ///< of the first look
};

/// What rules read of the rows in `states`.
survey::DumpPlan rule_dump(const filter::Filter& filter, StateSet states);

/// What the recorder compared this sample of a record with; nothing where the record has no sample before it.
std::optional<FirstSample> recorded_first_sample(Host& host, const filter::Filter& filter);

/// Returns when `interval` has passed since the call. An error: the first dump failed, at once.
Expected<FirstSample> take_first_sample(Host& host, const filter::Filter& filter, std::chrono::milliseconds interval);

}  // namespace tcpstat::check
