#pragma once
// Samples of a log, each compared with the one before: what a socket has done between them, whether the two ends of one
// connection agree, and how long a state lasted. Memory is one entry a socket of the last two samples.

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/keyed_hash.h"
#include "model/kernel_limits.h"
#include "model/seen.h"
#include "trace/identity.h"
#include "trace/pair_counts.h"
#include "trace/remark.h"

namespace tcpstat::trace {

class SampleWalk {
 public:
  /// Both are borrowed.
  SampleWalk(const KernelLimits& limits, PairCounts& pairs, Remarks say)
      : limits_(limits), pairs_(pairs), say_(std::move(say)) {}

  void row(const LoggedRow& record, std::uint64_t line);
  void end(const LoggedSampleEnd& record);
  /// The log has ended; the last sample may have had no end of its own.
  void finish();

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t sockets() const { return sockets_; }
  /// Sockets that were not seen again, in samples that cannot say whether they were gone.
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }

 private:
  struct Entry {
    Identity identity;
    std::uint64_t mirror = 0;  ///< key of the other end, 0 for none
    std::uint64_t line = 0;
    std::uint64_t seen_in = 0;  ///< number of the sample
    std::optional<LogTime> since;
    Endpoint local;
    Endpoint remote;
    State state = State::close;
    std::uint64_t odd_in = 0;  ///< number of the last sample that showed it at odds with its other end
    bool odd_said = false;
    bool dwell_said = false;  ///< for this state
    TimerKind timer = TimerKind::unknown;
  };

  void begin(const SampleName& name);
  void close_sample(Whole whole);
  void step(Entry& entry, const LoggedRow& record, std::uint64_t line);
  void count(Seen from, Seen to, Sameness sameness);
  void judge_dwell(Entry& entry, std::uint64_t line);
  void judge_joint(std::uint64_t key, Entry& entry);
  [[nodiscard]] std::uint64_t key_of(const LoggedRow& record) const;
  [[nodiscard]] std::uint64_t key_of(const Endpoint& local, const Endpoint& remote) const;

  const KernelLimits& limits_;
  PairCounts& pairs_;
  Remarks say_;
  KeyedHash hash_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  bool open_ = false;
  Whole last_whole_ = Whole::no;
  std::optional<std::uint64_t> counter_;
  std::optional<LogTime> time_;
  std::string host_;
  std::optional<std::uint64_t> netns_;
  std::uint64_t samples_ = 0;
  std::uint64_t sockets_ = 0;
  std::uint64_t unknown_ = 0;
};

}  // namespace tcpstat::trace
