#pragma once
// How bad something is, as monitoring systems understand it (Monitoring Plugins Development Guidelines, return codes).

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::inline report {

/// unknown: it could not be found out, which is not ok. info: worth saying, and no problem.
enum class Severity : std::uint8_t { ok, info, unknown, warning, critical };

/// "ok", "info", "unknown", "warning", "critical": the words in JSON.
constexpr std::string_view name(Severity severity) {
  constexpr std::array<std::string_view, 5> kNames = {"ok", "info", "unknown", "warning", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

/// A proven critical or warning outranks unknown, which outranks ok.
constexpr Severity worse(Severity a, Severity b) { return a < b ? b : a; }

}  // namespace tcpstat::inline report
