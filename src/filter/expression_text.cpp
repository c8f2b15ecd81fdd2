// An expression as text.

#include <algorithm>
#include <array>

#include "filter/expression.h"

namespace tcpstat::filter {
namespace {

constexpr std::string_view kSpecial = " \t\n()!=<>&|\"'\\,";

/// A value, quoted if the parser would not take it for one word.
std::string quoted(std::string_view word) {
  if (!word.empty() && word.find_first_of(kSpecial) == std::string_view::npos) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string lower(const Column& column) { return ascii_lower(column.name); }

std::string hex(std::uint32_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (; number > 0; number /= 16) out.insert(out.begin(), kDigits[number % 16]);
  return "0x" + (out.empty() ? "0" : out);
}

struct TextOf {
  std::string operator()(const StateTest& test) const {
    std::string words;
    for (const StateInfo& state : states()) {
      if (test.states.has(state.state)) words += (words.empty() ? "" : ",") + ascii_lower(state.name);
    }
    return words.empty() ? "exclude all" : "state " + words;
  }
  std::string operator()(const FamilyTest& test) const { return "family " + std::string(name(test.family)); }
  std::string operator()(const AddressTest& test) const {
    const std::string side = test.side == Side::local ? "src " : "dst ";
    const std::string address = to_string(test.prefix.network);
    const std::string length = "/" + std::to_string(test.prefix.length);
    return side + (test.prefix.network.family == Family::ipv4 ? address + length : "[" + address + length + "]");
  }
  std::string operator()(const AddressSetTest& test) const {
    return (test.side == Side::local ? "src @" : "dst @") + quoted(test.file);
  }
  std::string operator()(const PortTest& test) const {
    const std::string side = test.side == Side::local ? "sport = " : "dport = ";
    const std::string first = std::to_string(test.range.first);
    return test.range.first == test.range.last ? side + first : side + first + "-" + std::to_string(test.range.last);
  }
  std::string operator()(const AutoboundTest& /*test*/) const { return "autobound"; }
  std::string operator()(const DeviceTest& test) const {
    return "dev = " + (test.name.empty() ? std::to_string(test.index) : quoted(test.name));
  }
  std::string operator()(const MarkTest& test) const { return "fwmark = " + hex(test.value) + "/" + hex(test.mask); }
  std::string operator()(const NumberTest& test) const {
    return lower(*test.column) + " " + std::string(name(test.comparison)) + " " + std::to_string(test.value);
  }
  std::string operator()(const WordTest& test) const { return lower(*test.column) + " = " + quoted(test.word); }
  std::string operator()(const PidTest& test) const { return "pid = " + std::to_string(test.pid); }
  std::string operator()(const KnownTest& test) const { return "known " + lower(*test.column); }
};

std::string joined(const Expression& expression, std::string_view word);

/// The text of a part, in brackets if it has several parts itself.
std::string part_text(const Expression& part) {
  const bool several = part.kind() == Expression::Kind::all_of || part.kind() == Expression::Kind::any_of;
  return several && !part.parts().empty() ? "( " + to_string(part) + " )" : to_string(part);
}

std::string joined(const Expression& expression, std::string_view word) {
  std::string out;
  for (const Expression& part : expression.parts()) out += (out.empty() ? "" : std::string(word)) + part_text(part);
  return out;
}

}  // namespace

std::string_view name(Comparison comparison) {
  constexpr std::array<std::string_view, 5> kNames = {"=", "<", "<=", ">", ">="};
  return kNames[static_cast<std::size_t>(comparison)];
}

std::string to_string(const Expression& expression) {
  switch (expression.kind()) {
    case Expression::Kind::test:
      return std::visit(TextOf{}, expression.test());
    case Expression::Kind::negation:
      return "not " + part_text(expression.parts().front());
    case Expression::Kind::all_of:
      return expression.parts().empty() ? "src any" : joined(expression, " and ");
    case Expression::Kind::any_of:
      return joined(expression, " or ");
  }
  return {};
}

}  // namespace tcpstat::filter
