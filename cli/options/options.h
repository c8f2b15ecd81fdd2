#pragma once
// The options as a table: the parser, --help and the tests of manual and completions read it.

#include <span>
#include <string>
#include <string_view>

namespace tcpstat::cli::options {

struct OptionInfo {
  char short_name;  ///< '\0' for none
  std::string_view long_name;
  std::string_view value;  ///< what it takes, for --help; empty for a flag
  std::string_view group;
  std::string_view meaning;
};

std::span<const OptionInfo> options();

/// Flags that netstat and ss users type and that change nothing here.
inline constexpr std::string_view kIgnoredFlags = "ntuemW";

/// The text of --help.
std::string help_text();

}  // namespace tcpstat::cli::options
