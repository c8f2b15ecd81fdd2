#include "check/conntrack_sources.h"

#include <cerrno>

namespace tcpstat::check {

detect::TrackedSample tracked_sources(const Host& host, const detect::SynSample& listening, const KernelFacts& before,
                                      const KernelFacts& now, const Thresholds& thresholds) {
  detect::TrackedSample nothing;
  if (!detect::cookie_answers::cookies_hide_sources(before, now, thresholds) &&
      !detect::embryonic_resets::resets_hide_sources(before, now))
    return nothing;
  // If connection tracking is not at work, asking would make the kernel load it. Its sysctls are there once it is, unless
  // all of /proc/sys is hidden.
  const KernelSettings& settings = now.settings;
  if (settings.conntrack_count.value_or(0) == 0) {
    const bool known = settings.conntrack_count || settings.syncookies;
    nothing.tracking = known ? detect::Tracking::inactive : detect::Tracking::untold;
    return nothing;
  }
  detect::TrackedSampler sampler(listening, now.settings);
  if (const auto read = host.read_tracked_flows(sampler); !read) {
    nothing.tracking = read.error().code == EPERM ? detect::Tracking::refused : detect::Tracking::failed;
    return nothing;
  }
  return sampler.take();
}

}  // namespace tcpstat::check
