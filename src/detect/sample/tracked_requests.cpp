#include "detect/sample/tracked_requests.h"

namespace tcpstat::detect {
namespace {

/// Longer than all but the longest round trips: a client that has not answered by then needs the SYN+ACK again.
constexpr double kLateS = 0.5;
/// How long an answer to that may take.
constexpr std::chrono::milliseconds kRoundTrip{300};

}  // namespace

std::chrono::milliseconds answered_after(const HalfOpen& request) {
  return std::chrono::milliseconds(request.timer_ms.value_or(0)) + kRoundTrip;
}

TrackedRequests::TrackedRequests(const SynSample& first) {
  for (const HalfOpen& entry : first.half_opens) {
    if (entry.rounds() > 0) met_.insert(entry.cookie);
  }
  add(first, {});
}

void TrackedRequests::add(const SynSample& sample, std::chrono::milliseconds at) {
  for (const HalfOpen& entry : sample.half_opens) {
    if (all_.size() >= kMost) return;
    const auto age = entry.age_s();
    if (entry.cookie == 0 || entry.deferred() || !age || *age < kLateS) continue;
    if (!met_.insert(entry.cookie).second) continue;
    all_.push_back({.listener = sample.listeners[entry.listener].end(),
                    .cookie = entry.cookie,
                    .age_s = *age,
                    .aged = entry.rounds() > 0,
                    .at = at,
                    .answered = at + answered_after(entry)});
  }
}

std::vector<std::uint64_t> TrackedRequests::cookies() const {
  std::vector<std::uint64_t> out;
  out.reserve(all_.size());
  for (const TrackedRequest& one : all_) out.push_back(one.cookie);
  return out;
}

}  // namespace tcpstat::detect
