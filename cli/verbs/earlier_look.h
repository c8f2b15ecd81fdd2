#pragma once
// The first of the two samples of one run (--interval), and what happens until the second is due.

#include <chrono>

#include "cli/options/request.h"
#include "detect/sample/syn_sample.h"
#include "detect/sample/tracked_requests.h"
#include "filter/query.h"
#include "model/host.h"
#include "model/kernel_facts.h"

namespace tcpstat::cli::verbs {

struct EarlierLook {
  detect::SynSample sample;
  KernelFacts facts;
  KernelCounters after_first_second;
  KernelCounters before_last_second;
  detect::TrackedRequests followed;
};

/// What `check` reads of the rows in `states`.
filter::Query examined(const options::Request& request, StateSet states);

/// Returns when request.interval has passed since the call. An error: the first dump failed, at once.
Expected<EarlierLook> look_earlier(const options::Request& request, Host& reading);

}  // namespace tcpstat::cli::verbs
