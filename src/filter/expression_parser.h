#pragma once
// The text of a filter, as ss(8) reads it and more: `state syn-recv and sport = :443`. `and` (or nothing) binds before
// `or`, `not` before both. The parser makes no system call: it asks ExpressionWords instead.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter/expression.h"
#include "filter/expression_error.h"

namespace tcpstat::filter {

/// The prefixes of a file, or why it holds none.
using PrefixesOrWhy = tl::expected<std::shared_ptr<const PrefixSet>, std::string>;

/// What words mean on this host.
struct ExpressionWords {
  /// The port of a service; nothing for an unknown one.
  std::function<std::optional<std::uint16_t>(std::string_view)> service_port;
  /// Why there can be no user of this name; empty where there is one, or where users are another host's.
  std::function<std::string(const std::string&)> why_no_user;
  /// Reads the file that `@FILE` names.
  std::function<PrefixesOrWhy(const std::string&)> prefixes_of;
};

struct ParsedExpression {
  Expression expression;
  /// Whether ss, which reads `and` and `or` from left to right, would select other rows.
  bool differs_from_ss = false;
  /// Users that the expression names.
  std::vector<std::string> user_names;
  /// Processes whose names the kernel cuts.
  std::vector<std::string> long_processes;
};

Understood<ParsedExpression> parse_expression(std::string_view text, const ExpressionWords& words);

}  // namespace tcpstat::filter
