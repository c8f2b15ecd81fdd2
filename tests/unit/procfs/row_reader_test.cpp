#include "parsers/procfs/row_reader.h"

#include <doctest/doctest.h>

#include <string>

namespace tcpstat::procfs {
namespace {

using proc_net_tcp::LineEnd;

const std::string kOpen =
    "   0: 0100007F:0016 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 12345 1 "
    "0000000012691600 "
    "20 4 30 10 -1                     ";
const std::string kTimeWait =
    "   1: 0100007F:0016 0100007F:9C41 06 00000000:00000000 03:00000100 00000000     0        0 0 3 0000000012691601   "
    "   "
    "                                ";

bool ends_cut(std::initializer_list<std::string> lines, LineEnd last = LineEnd::complete) {
  RowReader reader({});
  for (const std::string& line : lines) {
    reader.read(line, &line == lines.end() - 1 ? last : LineEnd::complete);
  }
  return reader.ends_cut();
}

TEST_CASE("a last row that lacks what the kernel writes tells that the table was cut, with or without its newline") {
  CHECK_FALSE(ends_cut({kOpen, kTimeWait}));
  CHECK_FALSE(ends_cut({kTimeWait, kOpen}));
  CHECK_FALSE(ends_cut({}));
  const std::string cut = kOpen.substr(0, 110);
  CHECK(ends_cut({kOpen, cut}));
  CHECK(ends_cut({kOpen, cut}, LineEnd::cut));
  CHECK(ends_cut({kTimeWait, cut}));
  // One that is followed by another row is somebody's way to write rows.
  CHECK_FALSE(ends_cut({kOpen, cut, kOpen}));
  // Nobody knows how these rows were written.
  CHECK_FALSE(ends_cut({cut, cut}));
  CHECK(ends_cut({cut, cut}, LineEnd::cut));
}

TEST_CASE("rows of IPv6 are long without blanks, and tell nothing of those of IPv4") {
  const std::string ipv6 =
      "   0: 00000000000000000000000001000000:0016 00000000000000000000000001000000:9C40 01 00000000:00000000 "
      "00:00000000 00000000     0        0 12345 1 0000000012691600 20 4 30 10 -1";
  const std::string plain = kOpen.substr(0, kOpen.find_last_not_of(' ') + 1);
  CHECK_FALSE(ends_cut({ipv6, plain}));
  CHECK_FALSE(ends_cut({ipv6, kOpen}));
  CHECK(ends_cut({ipv6, kOpen, plain}));
  CHECK_FALSE(ends_cut({plain, plain}));
  // Those of IPv6 are never shorter.
  const std::string waiting =
      "   1: 00000000000000000000000001000000:0016 00000000000000000000000001000000:9C41 06 00000000:00000000 "
      "03:00000100 00000000     0        0 0 3 0000000012691601";
  CHECK_FALSE(ends_cut({ipv6, waiting}));
  CHECK(ends_cut({ipv6, waiting.substr(0, 148)}));
  CHECK_FALSE(ends_cut({kOpen, ipv6}));
}

TEST_CASE("whether it ends cut is told once, and again after other rows") {
  RowReader reader({});
  reader.read(kOpen, LineEnd::complete);
  reader.read(kOpen.substr(0, 110), LineEnd::complete);
  CHECK(reader.ends_cut());
  CHECK_FALSE(reader.ends_cut());
  reader.read(kOpen.substr(0, 110), LineEnd::cut);
  CHECK(reader.ends_cut());
  CHECK_FALSE(reader.ends_cut());
}

TEST_CASE("among rows that go on behind the inode, one that ends with it may have lost a part of it") {
  RowReader reader({});
  const std::string short_one = kOpen.substr(0, 96);
  CHECK(std::holds_alternative<Connection>(reader.read(short_one, LineEnd::complete)));
  CHECK(std::holds_alternative<Connection>(reader.read(kOpen, LineEnd::complete)));
  CHECK(std::get<Flaw>(reader.read(short_one, LineEnd::complete)) == Flaw::cut_short);
  CHECK_FALSE(reader.ends_cut());
}

/// Of rows with these numbers, and a header where a negative one stands.
std::string missing_of(std::initializer_list<int> numbers) {
  RowReader reader({});
  for (const int number : numbers) {
    if (number < 0) {
      static_cast<void>(reader.take_missing());
      reader.begin_table();
    } else {
      reader.read("  " + std::to_string(number) + kOpen.substr(4), LineEnd::complete);
    }
  }
  return reader.take_missing();
}

TEST_CASE("numbers of rows that jump tell that rows are missing") {
  CHECK(missing_of({-1, 0, 1, 2, 3}).empty());
  CHECK(missing_of({-1}).empty());
  CHECK(missing_of({-1, 0, 1, 9, 10}) == "rows are missing: their numbers jump from 1 to 9");
  CHECK(missing_of({-1, 0, 2, 4, 5, 9}) == "rows are missing: their numbers jump from 0 to 2, and so 2 more times");
  CHECK(missing_of({-1, 0, 2, 4}) == "rows are missing: their numbers jump from 0 to 2, and so 1 more time");
  CHECK(missing_of({-1, 3, 4}) == "rows are missing: the first has number 3");
  CHECK(missing_of({7, 8, 11}) == "rows are missing: their numbers jump from 8 to 11");
  CHECK(missing_of({7, 8}).empty());  // without a header that is told otherwise
  // Tables one behind the other, of a file with one header or with two.
  CHECK(missing_of({-1, 0, 1, 2, 0, 1}).empty());
  CHECK(missing_of({-1, 0, 1, 5, 0, 1}) == "rows are missing: their numbers jump from 1 to 5");
  CHECK(missing_of({-1, 0, 1, 5, -1, 0, 1}).empty());  // it was told with its own table
  // Numbers that nobody counted, and rows in another order than the kernel's.
  CHECK(missing_of({-1, 0, 0, 0}).empty());
  CHECK(missing_of({-1, 5, 5, 7, 7}).empty());
  CHECK(missing_of({-1, 3, 9, 0, 5}).empty());
  CHECK(missing_of({-1, 1, 2, 0}).empty());
}

}  // namespace
}  // namespace tcpstat::procfs
