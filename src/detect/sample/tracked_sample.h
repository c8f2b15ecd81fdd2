#pragma once
// What connection tracking says about half-open connections of the listeners: numbers, and a bounded sample of their
// sources. It sees those that SYN cookies hide.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/keyed_hash.h"
#include "detect/sample/hash_sample.h"
#include "detect/sample/syn_sample.h"
#include "model/kernel_facts.h"
#include "model/tracked_flow.h"
#include "report/rule.h"

namespace tcpstat::detect {

/// Why connection tracking says nothing, or that it was read.
enum class Tracking : std::uint8_t {
  not_asked,
  inactive,  ///< it has no entries, or is not there
  untold,    ///< no sysctl could be read, its own neither
  refused,   ///< no right to read it
  failed,
  read
};

struct TrackedSample {
  Tracking tracking = Tracking::not_asked;
  std::uint64_t half_open = 0;         ///< of all listeners; exact
  std::uint64_t unanswered = 0;        ///< of these, for more than a second; exact
  std::vector<Address> sources;        ///< of unanswered ones, at most TrackedSampler::kMost
  std::uint64_t reset = 0;             ///< requests that a RST ended in the last seconds; exact
  std::vector<Address> reset_sources;  ///< of those, at most TrackedSampler::kMost
  std::optional<Endpoint> busiest;     ///< the listener with the most unanswered entries
  std::uint64_t busiest_unanswered = 0;
};

/// Takes the entries of one dump, in any order. Those that are for no listener (forwarded, or our own) do not count.
class TrackedSampler final : public TrackedFlowSink {
 public:
  static constexpr std::size_t kMost = 65'536;

  /// The timeouts of `settings` tell how old an entry is; without them each counts as unanswered.
  TrackedSampler(const SynSample& listening, const KernelSettings& settings);

  void flow(const TrackedFlow& flow) override;
  /// Once, when the dump has ended.
  TrackedSample take();

 private:
  struct Source {
    std::uint64_t hash = 0;
    Address address;
  };
  std::uint64_t* place_of(const Endpoint& local);
  [[nodiscard]] bool waits(const TrackedFlow& flow) const;

  KeyedHash hash_;
  KernelSettings settings_;
  std::map<Endpoint, std::uint64_t> unanswered_;  ///< by listener
  HashSample<Source> sources_{kMost};
  HashSample<Source> reset_sources_{kMost};
  TrackedSample out_;
};

namespace cookie_answers {
/// True if SYNs were answered by cookies between two readings, and too few of the cookies were answered: only
/// connection tracking knows their sources.
bool cookies_hide_sources(const KernelFacts& before, const KernelFacts& now, const Thresholds& thresholds);
}  // namespace cookie_answers
namespace embryonic_resets {
/// True if RSTs ended so many requests that it is worth knowing whose they were.
bool resets_hide_sources(const KernelFacts& before, const KernelFacts& now);
}  // namespace embryonic_resets

}  // namespace tcpstat::detect
