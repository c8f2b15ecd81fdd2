#include "cli/tracked_sources.h"

#include <cerrno>

namespace tcpstat {

TrackedSample tracked_sources(const Reading& reading, const SynSample& listening, const KernelFacts& before,
                              const KernelFacts& now) {
  TrackedSample nothing;
  if (!cookies_hide_sources(before, now)) return nothing;
  // Where it is not at work, asking would make the kernel load it.
  if (now.settings.conntrack_count.value_or(0) == 0) {
    nothing.tracking = Tracking::inactive;
    return nothing;
  }
  TrackedSampler sampler(listening, now.settings);
  if (const auto read = reading.read_tracked_flows(sampler); !read) {
    nothing.tracking = read.error().code == EPERM ? Tracking::refused : Tracking::failed;
    return nothing;
  }
  return sampler.take();
}

}  // namespace tcpstat
