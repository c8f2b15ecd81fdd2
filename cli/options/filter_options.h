#pragma once
// The filter that a command line asks for: its options, and the expression that its other words are.

#include <optional>
#include <string>
#include <vector>

#include "cli/options/command_line_scan.h"
#include "cli/options/filter_words.h"
#include "filter/filter.h"

namespace tcpstat::cli::options {

using Failure = std::optional<UsageError>;

/// What a command is read from.
struct Words {
  const TypedOptions& typed;
  const VerbInfo& verb;
  std::optional<std::string> operand;                       ///< the first word that is no option
  std::vector<std::string> command = {};                    ///< to run
  std::optional<filter::ParsedExpression> expression = {};  ///< of the words that are no options
  std::string expression_text = {};

  [[nodiscard]] bool given(OptionId id) const { return typed.given(id); }
  [[nodiscard]] std::vector<std::string> pieces(OptionId id) const { return split_list(typed.values(id)); }
};

/// `check -w RANGE -c RANGE`.
bool counts_sockets(const Words& words);

/// Reads the words that are no options, and those of -F, where the verb takes a filter.
Failure read_expression(const std::vector<std::string>& operands, Words& to);
/// Reads options and expression, and settles the states.
Failure read_filter(const Words& words, filter::Filter& to);
/// Whether nothing was typed but which connections of the place that is read are wanted.
bool narrows_alone(const TypedOptions& typed);
/// The filters as words, for the next command that a finding names.
std::string filters_as_typed(const Words& words);

}  // namespace tcpstat::cli::options
