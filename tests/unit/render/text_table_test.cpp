#include "render/text_table.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "base/utf8.h"
#include "render/palette.h"

namespace tcpstat::render {
namespace {

/// A table of one word a cell.
class Words {
 public:
  Words(std::vector<TextTable::Heading> headings, TextTable::Options options)
      : table_(out_, std::move(headings), options) {}

  Words& row(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      table_.cell().append(word);
      table_.end_cell(display_width(word));
    }
    table_.end_row();
    return *this;
  }
  std::string finish() {
    table_.finish();
    return std::string(out_.view());
  }

 private:
  TextBuffer out_;
  TextTable table_;
};

TEST_CASE("numbers stand right, words left, two spaces apart, and no last cell is padded") {
  Words words({{"NAME", Align::left}, {"COUNT", Align::right}, {"WHY", Align::left}}, {});
  CHECK(words.row({"a", "1", "x"}).row({"longer", "1234567", "why not"}).finish() ==
        "NAME      COUNT  WHY\n"
        "a             1  x\n"
        "longer  1234567  why not\n");
}

TEST_CASE("a column is as wide as it was told, also without rows") {
  CHECK(Words({{"A", Align::left, 5}, {"B", Align::left}}, {}).finish() == "A      B\n");
  CHECK(Words({{"A", Align::left, 5}, {"B", Align::left}}, {.header = false}).row({"x", "y"}).finish() == "x      y\n");
}

TEST_CASE("a row that is too wide is cut and says so") {
  Words cut({{"A", Align::left}, {"B", Align::left}}, {.width = 10});
  CHECK(cut.row({"abc", "0123456789"}).finish() == "A    B\nabc  0123…\n");
  Words ascii({{"A", Align::left}, {"B", Align::left}}, {.width = 10, .ellipsis = "~"});
  CHECK(ascii.row({"abc", "0123456789"}).finish() == "A    B\nabc  0123~\n");
}

TEST_CASE("a heading above numbers gives way before data does") {
  Words words({{"RECV_QUEUE", Align::right}, {"B", Align::left}}, {.width = 12});
  CHECK(words.row({"7", "abcdef"}).finish() == "RE…E  B\n   7  abcdef\n");
}

TEST_CASE("an address loses its middle and keeps its port, and no column goes for it") {
  const auto text = [](std::size_t width) {
    Words words({{"ADDRESS", Align::left, 0, TextTable::Shorten::middle}, {"B", Align::left}}, {.width = width});
    return words.row({"[2001:db8:1111:2222::3333]:443", "end"}).finish();
  };
  CHECK(text(26) == "ADDRESS                B\n[2001:db…2::3333]:443  end\n");
  CHECK(text(24) == "ADDRESS              B\n[2001:d…::3333]:443  end\n");
}

TEST_CASE("an address that holds a name of others is cut between characters") {
  for (const std::string_view end :
       {"[2001:db8::1%eth\xC3\xA9"
        "0xyzuvw]:40000",
        "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x9C\xAC.example:80", "a\xE6\x97\xA5\xE6\x9C\xAC\xE6\x9C\xAC\xE6\x97\xA5:80"}) {
    CAPTURE(end);
    for (std::size_t width = 16; width < 4 + display_width(end); ++width) {
      CAPTURE(width);
      Words words({{"LOCAL", Align::left, 0, TextTable::Shorten::middle}, {"N", Align::right}}, {.width = width});
      const std::string shown = words.row({end, "7"}).finish();
      const std::string row = shown.substr(shown.find('\n') + 1);
      for (std::string_view left = row; !left.empty();) {
        const std::size_t length = first_code_point(left).length;
        REQUIRE(length > 0);
        left.remove_prefix(length);
      }
      // The column behind it stands where its heading does.
      CHECK(display_width(row) == display_width(shown.substr(0, shown.find('\n') + 1)));
      CHECK(row.find(end.substr(end.rfind(':'))) != std::string::npos);
      if (end.front() == '[') CHECK(row.find("]:40000") != std::string::npos);
    }
  }
}

TEST_CASE("where a second line may be, what has no room in the first stands there with its name") {
  Words words({{"STATE", Align::left},
               {"LOCAL", Align::left, 0, TextTable::Shorten::middle},
               {"RTT", Align::right, 0, TextTable::Shorten::no, "RTT", 0, 0, true},
               {"CWND", Align::right, 0, TextTable::Shorten::no, "CWND", 0, 0, true}},
              {.width = 26, .second_line = SecondLine::yes});
  words.row({"LISTEN", "192.0.2.1:443", "1.2ms", "10"}).row({"LISTEN", "192.0.2.1:443", "-", "-"});
  CHECK(words.finish() ==
        "STATE   LOCAL\n"
        "LISTEN  192.0.2.1:443\n"
        "   rtt 1.2ms  cwnd 10\n"
        "LISTEN  192.0.2.1:443\n");
}

TEST_CASE("what is not known has no word in the second line, and neither has what is as usual") {
  Words words({{"STATE", Align::left},
               {"RTT", Align::right, 0, TextTable::Shorten::no, "RTT", 0, 0, true},
               {"CWND", Align::right, 0, TextTable::Shorten::no, "CWND", 0, 0, true}},
              {.width = 16, .second_line = SecondLine::yes});
  words.row({"LISTEN", "", "10"}).row({"ESTABLISHED", "1.2ms", ""}).row({"CLOSE", "-", ""});
  CHECK(words.finish() ==
        "STATE\n"
        "LISTEN\n"
        "  cwnd 10\n"
        "ESTABLISHED\n"
        "  rtt 1.2ms\n"
        "CLOSE\n");
}

TEST_CASE("a colour ends with its cell, in the first line and in the second") {
  TextBuffer out;
  TextTable table(out, {{"STATE", Align::left}, {"RTT", Align::right, 0, TextTable::Shorten::no, "RTT", 0, 0, true}},
                  {.width = 12, .second_line = SecondLine::yes});
  constexpr std::string_view kRed = "\x1b[31m";
  for (const std::string_view cell : {"ESTABLISHED", "1ms"}) {
    table.cell().append(cell);
    table.end_cell(cell.size(), kRed);
  }
  table.end_row();
  table.finish();
  const std::string red(kRed);
  const std::string end(kColourEnd);
  CHECK(out.view() == "STATE\n" + red + "ESTABLISHED" + end + "\n rtt " + red + "1ms" + end + "\n");
}

TEST_CASE("columns that nobody asked for go, blank ones first, and the table knows which") {
  const auto table = [](TextBuffer& out) {
    return TextTable(out,
                     {{"STATE", Align::left},
                      {"RECV_QUEUE", Align::right, 0, TextTable::Shorten::no, "RECVQ", 0, 1},
                      {"SEND_QUEUE", Align::right, 0, TextTable::Shorten::no, "SENDQ", 0, 1},
                      {"PID", Align::left}},
                     {.width = 20});
  };
  TextBuffer out;
  TextTable narrow = table(out);
  for (const std::string_view cell : {"LISTEN", "0", "7", "4711"}) {
    narrow.cell().append(cell);
    narrow.end_cell(cell.size());
  }
  narrow.end_row();
  narrow.finish();
  CHECK(out.view() == "STATE   SENDQ  PID\nLISTEN      7  4711\n");
  CHECK(narrow.is_hidden(1));
  CHECK_FALSE(narrow.is_hidden(2));
}

}  // namespace
}  // namespace tcpstat::render
