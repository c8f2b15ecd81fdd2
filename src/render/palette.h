#pragma once
// Colours: of the STATE cell by phase, so that a glance tells opening, open and closing apart; and of severities.

#include <string_view>

#include "model/state.h"
#include "report/severity.h"

namespace tcpstat::render {

/// The escape sequence (ECMA-48 SGR) that starts a state's colour.
inline std::string_view colour_of(State state) {
  switch (info(state).phase) {
    case Phase::listening:
      return "\x1b[36m";
    case Phase::opening:
      return "\x1b[33m";
    case Phase::open:
      return "\x1b[32m";
    case Phase::half_closed:
      return "\x1b[35m";
    case Phase::closing:
      return "\x1b[94m";  // plain blue cannot be read on black
    case Phase::lingering:
    case Phase::closed:
      return "\x1b[2m";
  }
  return {};
}
/// Empty for what is fine.
constexpr std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "\x1b[1;31m";
    case Severity::warning:
      return "\x1b[33m";
    case Severity::unknown:
      return "\x1b[35m";
    case Severity::info:
    case Severity::ok:
      break;
  }
  return {};
}
inline constexpr std::string_view kColourEnd = "\x1b[0m";

}  // namespace tcpstat::render
