#pragma once
// Detection from run to run (cron): what the last run remembered, and how one run continues it. This part neither reads
// files nor clocks; the caller does.
//
// The never-completed rate x goes into a one-sided CUSUM with a drift of max(0.5, 3 sigma): a slow flood adds up, a
// flash crowd completes and adds nothing. Mean and variance are learnt while the sum is zero only.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "detect/syn_detector.h"
#include "model/kernel_facts.h"
#include "report/finding.h"

namespace tcpstat::detect {

/// A half-open request of the last run, remembered to learn its outcome.
struct PastRequest {
  std::uint64_t cookie = 0;
  std::uint8_t rounds = 0;
  std::uint32_t timer_ms = 0;
};

struct PastListener {
  ListeningEnd end;
  std::optional<std::uint64_t> identity;  ///< SynListener::identity
  std::optional<std::uint64_t> drops;
  std::uint64_t half_open = 0;
  std::uint64_t aged = 0;
  std::uint32_t gone = 0;             ///< runs in which it was not there, and connections were refused
  std::uint32_t ends = 0;             ///< in the last runs; each run without one takes one off
  std::vector<PastRequest> requests;  ///< aged ones, at most SynBaseline::kMostRequests in all listeners
  std::uint32_t sockets = 1;          ///< that share the end; `identity` is of all of them
};

struct SynBaseline {
  static constexpr std::size_t kMostRequests = 4096;
  static constexpr std::size_t kMostListeners = 4096;
  static constexpr std::size_t kHistory = 16;
  static constexpr std::uint32_t kMostEnds = 8;

  std::string boot_id;                    ///< /proc/sys/kernel/random/boot_id
  std::uint64_t netns = 0;                ///< inode of the network namespace
  std::chrono::milliseconds boot_time{};  ///< CLOCK_BOOTTIME of the last run
  std::int64_t wall_time_s = 0;
  KernelCounters counters;
  FilterCounters filters;
  std::vector<PastListener> listeners;

  double mean = 0;  ///< of the never-completed rate, per second
  double variance = 0;
  double sum = 0;                ///< the CUSUM
  double completions_per_s = 0;  ///< moving average
  std::uint64_t quiet_runs = 0;  ///< that the mean was learnt from
  /// RSTs sent, moving average. It rests while a service is missing or restarts, because its clients may be refused.
  std::optional<double> resets_per_s = {};
  std::vector<AttackLevel> history;  ///< levels as judged, the latest last, at most kHistory
  AttackLevel reported = AttackLevel::none;
  std::optional<std::int64_t> alert_since_s;  ///< wall time
  double peak_per_s = 0;                      ///< since alert_since_s; 0: no run had a rate
  std::string alert_rule;                     ///< what the alert is about: the id of a rule; empty: a flood
  std::uint64_t runs = 0;                     ///< runs in alert
};

/// What a run brings.
struct BaselineNow {
  std::string boot_id;
  std::uint64_t netns = 0;
  std::int64_t wall_time_s = 0;
  const SynSample* sample = nullptr;  ///< required; it was told to watch(cookies_of(before))
  KernelFacts facts;                  ///< facts.boot_time is the clock
  /// How far apart runs are meant to be; nothing: not known, then no gap is too long.
  std::optional<std::chrono::milliseconds> nominal;
  Completeness completeness = Completeness::whole;
  bool all_listeners = true;                    ///< as in SynInput
  std::span<const std::uint16_t> left_ports{};  ///< the same
  Names* names = nullptr;                       ///< of devices, for what the last run remembers
};

struct BaselineStep {
  SynReport report;
  SynBaseline next;
  /// Why something that the last run remembered could not be used: one sentence each, for the user.
  std::vector<std::string> notes;
  std::optional<double> never_completed_per_s;
  bool alarm = false;  ///< the CUSUM's
};

/// The last run as an earlier sample of the same kernel.
struct PastRun {
  SynSample sample;
  KernelFacts facts;  ///< counters and their time
};
/// Nothing where its counters cannot be compared with those of now; step() says why.
std::optional<PastRun> past_run(const SynBaseline& before, const BaselineNow& now);

/// The requests whose outcomes the next dump should tell.
std::vector<std::uint64_t> cookies_of(const SynBaseline& baseline);

/// One run: judges `now` with what `before` remembers (nullptr: this is the first run) and makes the next baseline.
BaselineStep step(const SynBaseline* before, const BaselineNow& now, const Thresholds& thresholds);

}  // namespace tcpstat::detect
