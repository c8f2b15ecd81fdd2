#pragma once
// Words that `check` takes, as values.

#include <string>
#include <string_view>
#include <vector>

#include "check/value_range.h"
#include "cli/options/words.h"
#include "report/rule.h"

namespace tcpstat::cli::options {

/// How a verdict is come by.
struct CheckRequest {
  /// -w and -c: limits of the number of selected sockets. Without both, the rules judge.
  std::optional<check::ValueRange> warning;
  std::optional<check::ValueRange> critical;
  std::string warning_text;  ///< as typed, for the performance data
  std::string critical_text;
  std::vector<std::string> rules;  ///< empty: all
  Thresholds thresholds;
  std::string state_file;
  /// The filters as typed, for the next command that a finding names.
  std::string filter_words;

  [[nodiscard]] bool counts() const { return warning || critical; }
};

/// `option` names it in the sentence.
Parsed<check::ValueRange> parse_range(const std::string& word, std::string_view option);
/// The id of a rule.
Parsed<std::string> parse_rule(const std::string& word);
/// `RULE.NAME=VALUE` into `to`.
std::optional<UsageError> parse_threshold(const std::string& word, Thresholds& to);

/// A word as sh(1) takes it.
std::string shell_word(const std::string& word);

}  // namespace tcpstat::cli::options
