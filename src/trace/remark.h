#pragma once
// What an observer has to say about one record of a log.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/log_record.h"
#include "report/severity.h"

namespace tcpstat::trace {

/// illegal: no kernel does this. continuity: a record does not begin where the one before it ended. birth: the first
/// record of a socket begins in the middle of a life. joint: the two ends of one connection cannot be in these states.
/// dwell: longer in a state than its timers allow.
enum class RemarkRule : std::uint8_t { illegal, continuity, birth, joint, dwell };
inline constexpr std::size_t kRemarkRuleCount = 5;

/// "illegal", …
std::string_view name(RemarkRule rule);

struct Remark {
  std::uint64_t line = 0;
  RemarkRule rule = RemarkRule::illegal;
  Severity severity = Severity::info;
  std::optional<LoggedState> from;
  std::optional<LoggedState> to;
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  std::string message;
  std::string reference;
};

using Remarks = std::function<void(const Remark&)>;

}  // namespace tcpstat::trace
