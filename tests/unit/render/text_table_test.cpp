#include "render/text_table.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

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
      table_.end_cell(word.size());
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

TEST_CASE("an address loses its middle and keeps its port, if 21 columns are left for it; else the last columns go") {
  const auto text = [](std::size_t width) {
    Words words({{"ADDRESS", Align::left, 0, TextTable::Shorten::middle}, {"B", Align::left}}, {.width = width});
    return words.row({"[2001:db8:1111:2222::3333]:443", "end"}).finish();
  };
  CHECK(text(26) == "ADDRESS                B\n[2001:db…2::3333]:443  end\n");
  CHECK(text(24) == "ADDRESS                …\n[2001:db8…2::3333]:443 …\n");
}

}  // namespace
}  // namespace tcpstat::render
