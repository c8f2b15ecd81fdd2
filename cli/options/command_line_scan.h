#pragma once
// The words of a command line: which verb, which options with which values. They are scanned once, and the result is
// there even if the options make no sense, because what a failure means depends on the verb.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/verb_table.h"

namespace tcpstat::cli::options {

struct CommandLine {
  const VerbInfo* verb = &verb_info(VerbId::list);
  /// What is neither an option, nor the value of one, nor the verb.
  std::vector<std::string> operands;
  /// The command of a verb that runs one: all words behind `--`.
  std::vector<std::string> command;
  bool has_command = false;
  /// Options and their values in the order in which they stood, a letter that is the verb's own replaced by the name
  /// that it stands for: behind `check`, -t is --timeout, as for every monitoring plugin.
  std::vector<std::string> option_words;
};

/// What to say of a first word that is neither a verb nor part of a filter, if it looks like a verb or a habit of
/// netstat's.
std::optional<std::string> other_meaning(const std::string& word);

CommandLine scan_command_line(const std::vector<std::string>& words);

/// What was typed, by option.
class TypedOptions {
 public:
  [[nodiscard]] bool given(OptionId id) const { return flags_[place(id)] || !values_[place(id)].empty(); }
  [[nodiscard]] const std::vector<std::string>& values(OptionId id) const { return values_[place(id)]; }
  /// The last one counts.
  [[nodiscard]] std::optional<std::string> value(OptionId id) const {
    return values(id).empty() ? std::nullopt : std::optional(values(id).back());
  }
  /// Whether a flag of kIgnoredFlags was given.
  [[nodiscard]] bool given_in_vain(char letter) const { return ignored_[kIgnoredFlags.find(letter)]; }

 private:
  friend Parsed<TypedOptions> parse_options(const CommandLine& line);
  static std::size_t place(OptionId id) { return static_cast<std::size_t>(id); }

  std::array<bool, kOptionCount> flags_{};
  std::array<std::vector<std::string>, kOptionCount> values_;
  std::array<bool, kIgnoredFlags.size()> ignored_{};
};

/// Fails for an option that does not exist, a value that is missing or too many, and an operand that the verb does not
/// take. It does not check whether the verb takes the options.
Parsed<TypedOptions> parse_options(const CommandLine& line);

}  // namespace tcpstat::cli::options
