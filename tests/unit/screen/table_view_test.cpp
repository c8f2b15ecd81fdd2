#include "screen/table_view.h"

#include <doctest/doctest.h>

#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using Lines = std::vector<std::string>;

test::Shown drawn_table(std::size_t columns, Area area, const std::vector<Heading>& headings,
                        const std::vector<Row>& rows, std::size_t selected = 99) {
  CellBuffer to(columns, area.top + area.lines + 1);
  draw_table(to, area, headings, rows, selected, "~");
  return test::Shown(to);
}

const std::vector<Heading> kNamesAndNumbers = {{"NAME"}, {"N", Align::right}};

TEST_CASE("a column is as wide as its widest cell or its heading, and numbers stand right") {
  const auto shown = drawn_table(40, {1, 3}, kNamesAndNumbers,
                                 {{{"a", "1"}, '!', Tone::critical}, {{"abcdef", "123"}, ' ', Tone::plain}}, 1);
  CHECK(shown.lines == Lines{"", "  NAME      N", "! a         1", "  abcdef  123", ""});
  CHECK(shown.tones[1] == "..ssss......s");
  CHECK(shown.tones[2] == "!.!.........!");
  CHECK(shown.tones[3] == std::string(40, 'S'));
}

TEST_CASE("rows that have no line are not drawn") {
  const std::vector<Row> rows = {{{"a", "1"}}, {{"b", "2"}}};
  CHECK(drawn_table(40, {0, 2}, kNamesAndNumbers, rows).lines == Lines{"  NAME  N", "  a     1", ""});
  CHECK(drawn_table(40, {0, 1}, kNamesAndNumbers, rows).lines == Lines{"  NAME  N", ""});
  CHECK(drawn_table(40, {0, 0}, kNamesAndNumbers, rows).lines == Lines{""});
}

TEST_CASE("where the width is short the most dispensable column goes first, and the first of several") {
  const std::vector<Heading> headings = {
      {"KEEP"}, {"ONE", Align::left, 1}, {"THREE", Align::left, 3}, {"ALSO3", Align::left, 3}};
  const std::vector<Row> rows = {{{"k", "1", "3", "3"}}};
  CHECK(drawn_table(25, {0, 1}, headings, rows).lines[0] == "  KEEP  ONE  THREE  ALSO3");
  CHECK(drawn_table(24, {0, 1}, headings, rows).lines[0] == "  KEEP  ONE  ALSO3");
  CHECK(drawn_table(17, {0, 2}, headings, rows).lines == Lines{"  KEEP  ONE", "  k     1", ""});
  CHECK(drawn_table(10, {0, 1}, headings, rows).lines[0] == "  KEEP");
  CHECK(drawn_table(6, {0, 1}, headings, rows).lines[0] == "  KEEP");
}

TEST_CASE("what can be shortened loses columns, the widest first, and none below nine") {
  const std::vector<Heading> headings = {{"LOCAL", Align::left, 0, true}, {"REMOTE", Align::left, 0, true}, {"STATE"}};
  const std::vector<Row> rows = {{{"198.51.100.100:443", "192.0.2.10:443", "LISTEN"}}};
  CHECK(drawn_table(44, {0, 2}, headings, rows).lines[1] == "  198.51.100.100:443  192.0.2.10:443  LISTEN");
  CHECK(drawn_table(43, {0, 2}, headings, rows).lines[1] == "  198.51.100.1~:443  192.0.2.10:443  LISTEN");
  CHECK(drawn_table(40, {0, 2}, headings, rows).lines[1] == "  198.51.10~:443  192.0.2.10:443  LISTEN");
  CHECK(drawn_table(38, {0, 2}, headings, rows).lines[1] == "  198.51.1~:443  192.0.2.~:443  LISTEN");
  CHECK(drawn_table(30, {0, 2}, headings, rows).lines[1] == "  198.~:443  192.~:443  LISTEN");
}

TEST_CASE("what cannot be shortened stays whole, however wide it is beside what can") {
  const std::vector<Heading> headings = {{"LOCAL", Align::left, 0, true}, {"STATE"}};
  const std::vector<Row> rows = {{{"198.51.100.7:443", "ESTABLISHED"}}};
  CHECK(drawn_table(24, {0, 2}, headings, rows).lines[1] == "  198.~:443  ESTABLISHED");
}

TEST_CASE("what has no room is left out whole, from the right, and a sign stands for it") {
  const std::vector<Heading> headings = {{"STATE"}, {"LOCAL", Align::left, 0, true}, {"INODE", Align::right}};
  const std::vector<Row> rows = {{{"LISTEN", "198.51.100.7:443", "24805338"}}};
  const auto at = [&](std::size_t columns) { return drawn_table(columns, {0, 2}, headings, rows).lines; };
  CHECK(at(29) == Lines{"  STATE   LOCAL         INODE", "  LISTEN  198.~:443  24805338", ""});
  // What could be shortened gets its room back.
  CHECK(at(28) == Lines{"  STATE   LOCAL            ~", "  LISTEN  198.51.100.7:443", ""});
  CHECK(at(21) == Lines{"  STATE   LOCAL     ~", "  LISTEN  198.~:443", ""});
  CHECK(at(20) == Lines{"  STATE            ~", "  LISTEN", ""});
  CHECK(at(10) == Lines{"  STATE  ~", "  LISTEN", ""});
  // Of the first column a part is better than nothing.
  CHECK(at(9) == Lines{"  STATE ~", "  LIST~", ""});
  CHECK(at(5) == Lines{"  S ~", "  ~", ""});
  CHECK(at(4) == Lines{"   ~", "", ""});
  CHECK(at(1) == Lines{"~", "", ""});
}

TEST_CASE("no sign stands where all that is asked for is there") {
  const std::vector<Heading> headings = {{"A"}, {"DISPENSABLE", Align::left, 1}};
  CHECK(drawn_table(5, {0, 2}, headings, {{{"a", "b"}}}).lines == Lines{"  A", "  a", ""});
}

TEST_CASE("one column takes what the others leave, and is cut at its end") {
  const std::vector<Heading> headings = {{"RULE"}, {.text = "WHAT", .takes_rest = true}};
  const std::string words = "a sentence that is a little longer than forty-four columns";
  const std::vector<Row> rows = {{{"x", words}}};
  CHECK(drawn_table(8 + words.size(), {0, 2}, headings, rows).lines[1] == "  x     " + words);
  CHECK(drawn_table(7 + words.size(), {0, 2}, headings, rows).lines[1] ==
        "  x     " + words.substr(0, words.size() - 2) + "~");
  // Less than 44 columns of it say nothing: then others go first.
  const std::vector<Heading> more = {{"RULE"}, {"GOES", Align::left, 1}, {.text = "WHAT", .takes_rest = true}};
  const std::vector<Row> with_more = {{{"x", "y", words}}};
  CHECK(drawn_table(58, {0, 2}, more, with_more).lines[1] == "  x     y     " + words.substr(0, 43) + "~");
  CHECK(drawn_table(57, {0, 2}, more, with_more).lines[1] == "  x     " + words.substr(0, 48) + "~");
  CHECK(drawn_table(40, {0, 2}, more, with_more).lines[1] == "  x     " + words.substr(0, 31) + "~");
  CHECK(drawn_table(17, {0, 2}, more, with_more).lines[1] == "  x     a senten~");
  CHECK(drawn_table(16, {0, 2}, more, with_more).lines[0] == "  RULE         ~");
}

TEST_CASE("an address loses its middle and keeps its port") {
  CHECK(without_middle("[2001:db8::1]:443", 12, "…") == "[2001:d…:443");
  CHECK(without_middle("10.0.0.1:80", 11, "…") == "10.0.0.1:80");
  CHECK(display_width(without_middle("[2001:db8:ffff::1]:65535", 9, "~")) == 9);
  CHECK(without_middle("nginx worker", 8, "~") == "nginx w~");
  // A port that would leave nothing of the address goes, too.
  CHECK(without_middle("10.0.0.1:12345", 8, "~") == "1~:12345");
  CHECK(without_middle("10.0.0.1:12345", 7, "~") == "10.0.0~");
}

}  // namespace
}  // namespace tcpstat::screen
