#pragma once
// The first of the two samples of one run (--interval), and what happens until the second is due.

#include <chrono>

#include "cli/reading.h"
#include "cli/request.h"
#include "detect/followed.h"
#include "detect/syn_sample.h"
#include "model/kernel_facts.h"

namespace tcpstat {

struct EarlierLook {
  SynSample sample;
  KernelFacts facts;
  KernelCounters after_first_second;
  KernelCounters before_last_second;
  FollowedHalfOpens followed;
};

/// What `check` reads of the rows in `states`.
Query examined(const Request& request, StateSet states);

/// Returns when request.interval has passed since the call. An error: the first dump failed, at once.
Expected<EarlierLook> look_earlier(const Request& request, Reading& reading);

}  // namespace tcpstat
