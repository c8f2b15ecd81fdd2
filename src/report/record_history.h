#pragma once
// What a record tells about a span of time: how numbers developed, and when findings began and ended.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/coverage.h"
#include "report/severity.h"

namespace tcpstat::inline report {

/// The words that `history --by` takes; the first one is the default.
std::vector<std::string_view> history_keys();

/// One number over time. A step has no value if it was not recorded, or if there was no such thing.
struct HistorySeries {
  std::string name;  ///< hostile text
  /// One for each of History::times: the greatest of the samples of that step, or how much a counter grew in it.
  std::vector<std::optional<std::uint64_t>> values;
  std::optional<std::uint64_t> least;
  std::optional<std::uint64_t> greatest;
  std::optional<std::uint64_t> last;
  double mean = 0;  ///< of the samples that have a value
};

struct PastFinding {
  std::string rule;                   ///< of the record's file; hostile text
  std::string subject;                ///< hostile text
  std::string message;                ///< of the worst sample; hostile text
  Severity severity = Severity::ok;   ///< the worst
  std::chrono::microseconds begin{};  ///< of the first sample that showed it, since 1970
  std::chrono::microseconds end{};    ///< of the last one
  bool ended = false;                 ///< a later sample did not show it
  std::uint64_t samples = 0;
};

struct History {
  std::string by;
  std::chrono::microseconds from{};  ///< of the first sample, since 1970
  std::chrono::microseconds to{};    ///< of the last one
  std::uint64_t samples = 0;
  std::optional<std::chrono::milliseconds> step;   ///< nothing: each sample is one
  std::vector<std::chrono::microseconds> times{};  ///< when each step began
  std::vector<HistorySeries> series;               ///< the greatest first; states and listeners in their order
  bool counts_growth = false;                      ///< each value is the growth of a counter
  bool has_findings = false;                       ///< this is a history of findings, not of numbers
  std::vector<PastFinding> findings;               ///< in the order in which they began
  std::uint64_t left_out = 0;                      ///< series or findings beyond the limit
  std::uint64_t zeros_left_out = 0;                ///< of these, series that were zero all the time
  std::string options;                             ///< to name the record in a command; empty: it is the usual one
  Coverage coverage;
};

}  // namespace tcpstat::inline report
