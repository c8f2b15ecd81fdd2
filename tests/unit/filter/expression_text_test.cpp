// Trees as text: filter/expression_text.cpp.

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "filter/expression.h"
#include "filter/expression_parser.h"
#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

TEST_CASE("the text of a tree parses back to it") {
  CHECK(rc::check("whatever stands in it", [] {
    const Expression tree = test::some_expression(4);
    const auto again = parse_expression(to_string(tree), {});
    RC_ASSERT(again);
    RC_ASSERT(again->expression == tree);
  }));
}

TEST_CASE("a name with blanks, quotes or signs is still one word in the text of its tree") {
  for (const char* name : {"a b", "(x)", "a\"b", "a\\b", "x,y", "a|b", "<", "!x", "it's", "a\tb"}) {
    CAPTURE(name);
    const Expression tree(Test(WordTest{&column(ColumnId::PROCESS), name}));
    const auto again = parse_expression(to_string(tree), {});
    REQUIRE(again);
    CHECK(again->expression == tree);
  }
}

TEST_CASE("each test as it is typed") {
  struct Row {
    Test test;
    std::string_view text;
  };
  const auto column_of = [](ColumnId id) { return &column(id); };
  const Row rows[] = {
      {StateTest{{State::listen}}, "state listen"},
      {StateTest{{State::listen, State::established}}, "state established,listen"},
      {StateTest{}, "exclude all"},
      {FamilyTest{Family::ipv4}, "family ipv4"},
      {FamilyTest{Family::ipv6}, "family ipv6"},
      {AddressTest{Side::local, test::prefix("10.0.0.0", 8)}, "src 10.0.0.0/8"},
      {AddressTest{Side::remote, test::prefix("2001:db8::", 32)}, "dst [2001:db8::/32]"},
      {AddressSetTest{Side::local, "nets", nullptr}, "src @nets"},
      {AddressSetTest{Side::remote, "my nets", nullptr}, "dst @\"my nets\""},
      {PortTest{Side::local, {80, 80}}, "sport = 80"},
      {PortTest{Side::remote, {80, 81}}, "dport = 80-81"},
      {PortTest{Side::remote, {0, 65535}}, "dport = 0-65535"},
      {DeviceTest{"eth0", 0}, "dev = eth0"},
      {DeviceTest{"if7", 7}, "dev = if7"},
      {DeviceTest{{}, 7}, "dev = 7"},
      {DeviceTest{}, "dev = 0"},
      {MarkTest{0, UINT32_MAX}, "fwmark = 0x0/0xffffffff"},
      {MarkTest{0x1f, 0xf0}, "fwmark = 0x1f/0xf0"},
      {MarkTest{0x10, 0xab}, "fwmark = 0x10/0xab"},
      {NumberTest{column_of(ColumnId::UID), Comparison::equal, 7}, "uid = 7"},
      {NumberTest{column_of(ColumnId::UID), Comparison::less, 7}, "uid < 7"},
      {NumberTest{column_of(ColumnId::UID), Comparison::at_most, 7}, "uid <= 7"},
      {NumberTest{column_of(ColumnId::AGE_MS), Comparison::greater, 7}, "age_ms > 7"},
      {NumberTest{column_of(ColumnId::AGE_MS), Comparison::at_least, UINT64_MAX}, "age_ms >= 18446744073709551615"},
      {WordTest{column_of(ColumnId::PROCESS), "nginx"}, "process = nginx"},
      {WordTest{column_of(ColumnId::PROCESS), ""}, "process = \"\""},
      {WordTest{column_of(ColumnId::PROCESS), "a\"b\\c"}, R"(process = "a\"b\\c")"},
      {PidTest{812}, "pid = 812"},
      {AutoboundTest{}, "autobound"},
      {KnownTest{column_of(ColumnId::USER)}, "known user"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(to_string(Expression(row.test)) == row.text);
  }
}

TEST_CASE("words stand in quotes if the parser would take them for more than one") {
  for (const char c : std::string_view(" \t\n()!=<>&|\"'\\,")) {
    CAPTURE(c);
    const std::string text = to_string(Expression(Test(WordTest{&column(ColumnId::PROCESS), std::string(1, c)})));
    CHECK(text.starts_with("process = \""));
    CHECK(text.ends_with('"'));
  }
  for (const std::string_view plain : {"a", "a-b", "a.b", "/a:b", "@a", "[a]", "a%b"}) {
    CHECK(to_string(Expression(Test(WordTest{&column(ColumnId::PROCESS), std::string(plain)}))) ==
          "process = " + std::string(plain));
  }
}

TEST_CASE("brackets stand around what holds several parts, and around nothing else") {
  const auto uid = [](std::uint64_t value) {
    return Expression(Test(NumberTest{&column(ColumnId::UID), Comparison::equal, value}));
  };
  CHECK(to_string(Expression::everything()) == "src any");
  CHECK(to_string(Expression::nothing()) == "not src any");
  CHECK(to_string(Expression::any_of({})) == "not src any");
  CHECK(to_string(Expression::all_of({uid(1), uid(2), uid(3)})) == "uid = 1 and uid = 2 and uid = 3");
  CHECK(to_string(Expression::any_of({uid(1), uid(2), uid(3)})) == "uid = 1 or uid = 2 or uid = 3");
  CHECK(to_string(Expression::negation(uid(1))) == "not uid = 1");
  CHECK(to_string(Expression::negation(Expression::negation(uid(1)))) == "not not uid = 1");
  CHECK(to_string(Expression::negation(Expression::any_of({uid(1), uid(2)}))) == "not ( uid = 1 or uid = 2 )");
  CHECK(to_string(Expression::all_of({Expression::any_of({uid(1), uid(2)}), Expression::negation(uid(3))})) ==
        "( uid = 1 or uid = 2 ) and not uid = 3");
  CHECK(to_string(Expression::any_of({Expression::everything(), uid(3)})) == "src any or uid = 3");
}

TEST_CASE("comparisons by their signs") {
  CHECK(name(Comparison::equal) == "=");
  CHECK(name(Comparison::less) == "<");
  CHECK(name(Comparison::at_most) == "<=");
  CHECK(name(Comparison::greater) == ">");
  CHECK(name(Comparison::at_least) == ">=");
}

}  // namespace
}  // namespace tcpstat::filter
