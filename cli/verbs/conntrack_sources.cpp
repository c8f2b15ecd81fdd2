#include "cli/verbs/conntrack_sources.h"

#include <cerrno>

namespace tcpstat::cli::verbs {

detect::TrackedSample tracked_sources(const Host& reading, const detect::SynSample& listening,
                                      const KernelFacts& before, const KernelFacts& now) {
  detect::TrackedSample nothing;
  if (!detect::cookies_hide_sources(before, now)) return nothing;
  // Where it is not at work, asking would make the kernel load it.
  if (now.settings.conntrack_count.value_or(0) == 0) {
    nothing.tracking = detect::Tracking::inactive;
    return nothing;
  }
  detect::TrackedSampler sampler(listening, now.settings);
  if (const auto read = reading.read_tracked_flows(sampler); !read) {
    nothing.tracking = read.error().code == EPERM ? detect::Tracking::refused : detect::Tracking::failed;
    return nothing;
  }
  return sampler.take();
}

}  // namespace tcpstat::cli::verbs
