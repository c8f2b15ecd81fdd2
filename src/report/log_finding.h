#pragma once
// What is wrong with a log of transitions or samples, line by line.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/transition.h"
#include "report/severity.h"

namespace tcpstat::inline report {

/// illegal: no kernel does this. continuity: a record does not begin where the one before it ended. birth: the first
/// record of a socket begins in the middle of a life. joint: the two ends of one connection cannot be in these states.
/// dwell: longer in a state than its timers allow. bad_line: a line that cannot be read.
enum class LogRule : std::uint8_t { illegal, continuity, birth, joint, dwell, bad_line };
inline constexpr std::size_t kLogRuleCount = 6;

/// "illegal", …
constexpr std::string_view name(LogRule rule) {
  constexpr std::array<std::string_view, kLogRuleCount> kNames = {"illegal", "continuity", "birth",
                                                                  "joint",   "dwell",      "bad_line"};
  return kNames[static_cast<std::size_t>(rule)];
}

struct LogFinding {
  std::uint64_t line = 0;
  LogRule rule = LogRule::illegal;
  Severity severity = Severity::info;
  std::optional<ObservedState> from;
  std::optional<ObservedState> to;
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  std::string message;
  std::string reference;
  std::string host = {};  ///< where the record was written, if the log tells
};

using TellFinding = std::function<void(const LogFinding&)>;

}  // namespace tcpstat::inline report
