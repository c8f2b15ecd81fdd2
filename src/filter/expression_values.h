#pragma once
// The values of a filter: hosts, ports, marks, numbers with units. Each fails with what is wrong and what would be
// right.

#include <optional>
#include <string>
#include <string_view>

#include "filter/expression.h"
#include "filter/expression_error.h"
#include "filter/expression_fields.h"
#include "filter/expression_lexer.h"
#include "filter/expression_parser.h"

namespace tcpstat::filter {

/// An end without its zone, and the device that the zone names: `[fe80::1%v0]:80`, `0.0.0.0%v0:80`, or
/// `[fe80::1]%v0:80` as ss prints it. Nothing for a zone without a name.
struct ZonedEnd {
  std::string end;
  std::optional<DeviceTest> device = std::nullopt;
};
std::optional<ZonedEnd> without_zone(std::string_view text);

/// `[inet:|inet6:][ADDRESS[/LEN]][:PORT]` as one test or several that must all hold.
Understood<Expression> parse_host(const Token& token, Side side, const ExpressionWords& words);
/// A comparison with a port: a number, a service, `:PORT` or `*`; with `=` also lists and ranges.
Understood<Expression> parse_port(const Token& token, Side side, Comparison comparison, const ExpressionWords& words);
/// `STATE[,STATE…]`, names, numbers, groups.
Understood<StateSet> parse_state_list(const Token& token);
Understood<Test> parse_mark(const Token& token);
Understood<Test> parse_device(const Token& token);
/// A number of a column, with the units of time or size that go with it.
Understood<Test> parse_number(const Token& token, const Field& field, Comparison comparison);
/// One of the column's words.
Understood<Test> parse_word(const Token& token, const Field& field);

}  // namespace tcpstat::filter
