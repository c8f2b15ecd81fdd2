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

}  // namespace
}  // namespace tcpstat::procfs
