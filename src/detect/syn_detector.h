#pragma once
// Judges half-open connections: an attack, something that looks like one, or nothing, and how sure that is. It takes
// one dump, or two with the kernel's counters between them. Each step of the judgement is a heuristic (heuristics.def).

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "detect/sample/listener_ends.h"
#include "detect/sample/syn_sample.h"
#include "detect/sample/tracked_requests.h"
#include "model/handshake_fates.h"
#include "model/kernel_facts.h"
#include "report/coverage.h"
#include "report/finding.h"
#include "report/rule.h"

namespace tcpstat::detect {

struct TrackedSample;

/// `before`, `facts_before` and `apart` come together: all three, or one snapshot is judged.
struct SynInput {
  const SynSample* now = nullptr;     ///< required
  const SynSample* before = nullptr;  ///< of the earlier dump; `now` was told to watch() it
  KernelFacts facts;                  ///< of the time of `now`
  std::optional<KernelFacts> facts_before;
  /// The counters one second after facts_before and one second before facts: an ACK with a cookie comes a round trip
  /// after the cookie.
  std::optional<KernelCounters> after_first_second;
  std::optional<KernelCounters> before_last_second;
  std::optional<std::chrono::milliseconds> apart;
  std::span<const TrackedRequest> followed;  ///< met between the two; `now` was told to watch() their cookies
  /// Ports whose connections are still there, though nothing listens on them.
  std::span<const std::uint16_t> left_ports{};
  /// Listeners that ended while this run looked, or in the last runs (syn_baseline.h).
  std::span<const EndedListener> ended{};
  /// RSTs a second in earlier runs, as long as every service was there (syn_baseline.h).
  std::optional<double> resets_before_per_s = {};
  /// What earlier runs have added up of the never-completed rate (syn_baseline.h).
  std::optional<double> cusum;
  Completeness completeness = Completeness::whole;  ///< of the dump of `now`
  /// False where a filter leaves listeners out: the host's counters may be about those.
  bool all_listeners = true;
  const TrackedSample* tracked = nullptr;      ///< nothing: connection tracking was not asked
  const CountedHandshakes* counted = nullptr;  ///< between the two; nothing: not asked, or not to be had
  bool saved = false;                          ///< there is no later sample to ask for
};

/// How much a flood, if it is one, hurts: new connections notice when the queue is full.
enum class Impact : std::uint8_t { none, pressure, full };

struct SynReport {
  std::vector<SynVerdict> verdicts;  ///< the worst first; the host's, and one for each listener with something to say
  std::vector<Finding> findings;     ///< the worst first
  Impact impact = Impact::none;      ///< the worst of any listener
  bool unheard_and_full = false;     ///< a full queue of clients that no SYN+ACK reaches: none of them gets in
};

SynReport detect_syn(const SynInput& input, const Thresholds& thresholds);

/// SYNs per second that never became a connection: what expires in the queues, cookies without an answer, silent drops.
/// A lower bound where counters are not known.
double never_completed_per_s(const SynInput& input, const Thresholds& thresholds);

/// Every rule of detection: the findings first, then the heuristics that they rest on.
std::span<const RuleInfo> detect_rules();

}  // namespace tcpstat::detect
