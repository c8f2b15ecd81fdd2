#include "check/counted_handshakes.h"

#include <string>

namespace tcpstat::check {
namespace {

/// While certain processes run, the kernel may not call our programs, and nothing is counted. Its own counter of
/// passive opens shows that. It may be a few ahead, for the moment between the two readings.
constexpr double kSeen = 0.95;
constexpr std::uint64_t kMoment = 10;

void say(const std::string& why, Coverage& coverage) {
  coverage.warn("exact", why + "; handshakes are judged from samples");
}

}  // namespace

bool start_counting(HandshakeCounter& counter, Coverage& coverage) {
  const auto started = counter.start();
  if (!started) say(started.error().sentence(), coverage);
  return started.has_value();
}

std::optional<CountedHandshakes> stop_counting(HandshakeCounter& counter, const std::optional<FirstSample>& first,
                                               const KernelFacts& now, Coverage& coverage) {
  auto counted = counter.stop();
  if (!counted) {
    say(counted.error().sentence(), coverage);
    return std::nullopt;
  }
  if (!first) return std::nullopt;
  const auto made = growth(first->facts.counters.passive_opens, now.counters.passive_opens);
  const std::uint64_t seen = counted->all.connections;
  if (made && seen + kMoment < *made && static_cast<double>(seen) < kSeen * static_cast<double>(*made)) {
    say("the kernel told of " + std::to_string(seen) + " of " + std::to_string(*made) + " handshakes", coverage);
    return std::nullopt;
  }
  return std::move(*counted);
}

}  // namespace tcpstat::check
