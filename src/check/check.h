#pragma once
// A check: what is read when, what detection and diagnosis are handed, and what they found. One sample; two of one run
// (an interval); or one beside what the last run remembered. It opens no file and prints nothing.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "check/memory_store.h"
#include "check/value_range.h"
#include "filter/filter.h"
#include "model/handshake_fates.h"
#include "model/host.h"
#include "model/sink.h"
#include "report/check_report.h"
#include "report/rule.h"

namespace tcpstat::check {

/// A limit of the number of selected sockets.
struct CountRange {
  ValueRange range;
  std::string text;  ///< as it was given, for the performance data
};

struct CheckPlan {
  filter::Filter filter;
  std::string filter_words = {};  ///< the filter as typed, for the next command that a finding names
  std::string netns_words = {};   ///< for that command: the network namespaces, if sockets of several are counted

  /// With one of them sockets are counted; without both the rules judge.
  std::optional<CountRange> warning = {};
  std::optional<CountRange> critical = {};

  std::vector<std::string> rules = {};  ///< empty: all
  Thresholds thresholds = {};
  std::optional<std::chrono::milliseconds> interval = {};
  HandshakeCounter* handshakes = nullptr;  ///< counts during the interval; nothing: samples are enough
  MemoryStore* memory = nullptr;           ///< nothing: no run is remembered
  Sink* audience = nullptr;                ///< sees the rows that are judged; nothing: nobody else does
};

/// Reads and judges; all of the report but its exit code.
CheckReport run(Host& host, const CheckPlan& plan);

}  // namespace tcpstat::check
