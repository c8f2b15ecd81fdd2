#pragma once
// A check that has handshakes counted while it waits (`--exact`).

#include <optional>

#include "check/first_sample.h"
#include "model/handshake_fates.h"
#include "report/coverage.h"

namespace tcpstat::check {

/// False: samples have to do instead, and `coverage` says why.
bool start_counting(HandshakeCounter& counter, Coverage& coverage);
/// Nothing where the count cannot be right, compared with the kernel's own counter from `first` to `now`; `coverage`
/// says so.
std::optional<CountedHandshakes> stop_counting(HandshakeCounter& counter, const std::optional<FirstSample>& first,
                                               const KernelFacts& now, Coverage& coverage);

}  // namespace tcpstat::check
