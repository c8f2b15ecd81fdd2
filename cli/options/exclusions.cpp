#include "cli/options/exclusions.h"

#include "cli/options/prefix_file.h"
#include "cli/options/read_option.h"
#include "filter/expression_values.h"

namespace tcpstat::cli::options {
namespace {

using filter::Expression;

Parsed<Expression> tree_of_file(const std::string& path, filter::Side side, FileTimeout timeout) {
  auto prefixes = read_prefix_file(path, timeout);
  if (!prefixes) return usage_error(prefixes.error());
  return Expression(filter::Test(filter::AddressSetTest{side, path, std::move(*prefixes)}));
}

}  // namespace

std::optional<UsageError> Exclusions::read_ends(OptionId id, filter::Side side,
                                                std::vector<filter::EndpointPattern>& to) {
  std::vector<Expression> wanted;
  bool as_trees = false;
  for (const std::string& piece : split_list(typed_.values(id))) {
    const std::string word = meant(piece);
    if (word == "@") return UsageError{"@ is followed by the name of a file of prefixes: @FILE"};
    if (word.starts_with('@')) {
      auto tree = tree_of_file(word.substr(1), side, file_timeout(typed_));
      if (!tree) return tree.error();
      as_trees = as_trees || !is_excluded(piece);
      if (is_excluded(piece)) {
        all_.push_back(Expression::negation(std::move(*tree)));
      } else {
        wanted.push_back(std::move(*tree));
      }
      continue;
    }
    const auto zoned = filter::without_zone(word);
    const auto pattern = parse_pattern(zoned ? zoned->end : word);
    if (!pattern) return pattern.error();
    Expression tree = filter::expression_of(side, *pattern);
    if (zoned->device) tree = Expression::all_of({Expression(filter::Test(*zoned->device)), std::move(tree)});
    as_trees = as_trees || (zoned->device && !is_excluded(piece));
    if (is_excluded(piece)) {
      all_.push_back(Expression::negation(std::move(tree)));
    } else {
      to.push_back(*pattern);
      wanted.push_back(std::move(tree));
    }
  }
  if (as_trees) {
    all_.push_back(Expression::any_of(std::move(wanted)));
    to.clear();
  }
  // Exclusions alone are a condition of the remote end, too, which no listener matches.
  if (side == filter::Side::remote && to.empty() && typed_.given(id)) to.emplace_back();
  return std::nullopt;
}

}  // namespace tcpstat::cli::options
