#pragma once
// Command lines as they are typed, and what becomes of them.

#include <string>
#include <variant>
#include <vector>

#include "cli/options/command.h"

namespace tcpstat::cli::options {

inline Parsed<ParsedLine> typed_line(const std::vector<std::string>& words) {
  return parse_command(scan_command_line(words));
}

template <typename C>
C typed_command(const std::vector<std::string>& words) {
  return std::get<C>(typed_line(words).value().command);
}

/// Why it is refused; empty: it is not.
inline std::string refusal(const std::vector<std::string>& words) {
  const auto parsed = typed_line(words);
  return parsed ? "" : parsed.error().sentence;
}

}  // namespace tcpstat::cli::options
