#pragma once
// The only table of exit codes.

#include <cstdint>

#include "report/severity.h"

namespace tcpstat::cli {

enum class ExitStatus : std::uint8_t {
  done,
  no_match,  ///< only with -q
  illegal,   ///< only of validate: a transition that no kernel makes
  failed,    ///< usage, read or write error; --strict with a partial snapshot
  // check and audit, as monitoring systems read them (Monitoring Plugins Development Guidelines):
  ok,
  warning,
  critical,
  unknown,  ///< whatever is `failed` for other verbs, and --help and --version too
};

constexpr int code(ExitStatus status) {
  switch (status) {
    case ExitStatus::done:
    case ExitStatus::ok:
      return 0;
    case ExitStatus::no_match:
    case ExitStatus::illegal:
    case ExitStatus::warning:
      return 1;
    case ExitStatus::failed:
    case ExitStatus::critical:
      return 2;
    case ExitStatus::unknown:
      break;
  }
  return 3;
}

constexpr ExitStatus exit_status(Severity severity) {
  switch (severity) {
    case Severity::ok:
    case Severity::info:
      return ExitStatus::ok;
    case Severity::warning:
      return ExitStatus::warning;
    case Severity::critical:
      return ExitStatus::critical;
    case Severity::unknown:
      break;
  }
  return ExitStatus::unknown;
}

}  // namespace tcpstat::cli
