#pragma once
// Requests that were met between the two samples of one run, to learn their outcome from the second: a request that is
// older than a round trip and has been sent its SYN+ACK again either completes or waits on. So a flood of a few seconds
// shows that nobody behind it answers, before any of it was old in the first sample.

#include <chrono>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "model/listening_end.h"

namespace tcpstat::detect {

/// How long after `request` was seen a client that is alive has answered the next SYN+ACK.
std::chrono::milliseconds answered_after(const HalfOpen& request);

struct TrackedRequest {
  ListeningEnd listener;
  std::uint64_t cookie = 0;
  double age_s = 0;                ///< when it was met
  bool aged = false;               ///< its first timeout had passed then
  std::chrono::milliseconds at{};  ///< when it was met, since the first sample
  std::chrono::milliseconds
      answered{};  ///< a client that is alive has answered the next SYN+ACK by then, since the first sample
};

class TrackedRequests {
 public:
  /// So many are enough to judge by.
  static constexpr std::size_t kMost = 4096;

  /// Follows the young requests of the first sample; that sample itself knows its old ones.
  explicit TrackedRequests(const SynSample& first);
  /// Another look, `at` after the first sample. Each request counts as it was first met.
  void add(const SynSample& sample, std::chrono::milliseconds at);

  [[nodiscard]] const std::vector<TrackedRequest>& all() const { return all_; }
  /// For SynSampler::watch().
  [[nodiscard]] std::vector<std::uint64_t> cookies() const;

 private:
  std::unordered_set<std::uint64_t> met_;
  std::vector<TrackedRequest> all_;
};

}  // namespace tcpstat::detect
