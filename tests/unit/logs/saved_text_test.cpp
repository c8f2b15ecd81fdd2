#include "parsers/logs/saved_text.h"

#include <doctest/doctest.h>

#include <bit>
#include <cstdio>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "logs/read_samples.h"

namespace tcpstat::logs {
namespace {

constexpr std::string_view kIpv4Header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
constexpr std::string_view kIpv6Header =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr "
    "tm->when retrnsmt   uid  timeout inode\n";
constexpr std::string_view kUdpHeader =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
    "drops\n";
constexpr std::string_view kUdpRow =
    " 1117: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0 0\n";

/// A row of a full socket; `state` is the kernel's number in two digits.
std::string table_row(Family family, std::uint16_t port, std::string_view state = "01") {
  char digits[8];
  std::snprintf(digits, sizeof digits, "%04X", port);
  const std::string address = family == Family::ipv4 ? "010200C0" : "B80D0120000000000000000001000000";
  return "   0: " + address + ":" + digits + " " + address + ":0050 " + std::string(state) +
         " 00000000:00000000 00:00000000 00000000  1000        0 " + std::to_string(port) + " 1 0 20 4 30 10 -1\n";
}
const std::string kIpv4Row = table_row(Family::ipv4, 1);
const std::string kIpv6Row = table_row(Family::ipv6, 1);

struct ReadText : test::ReadSamples {
  explicit ReadText(const std::string& text) : ReadText(std::vector<std::string>{text}) {}
  explicit ReadText(const std::vector<std::string>& blocks) {
    SavedText reader(samples, guess);
    for (const std::string& block : blocks) reader.feed(block);
    reader.finish();
    saw_other_table = reader.saw_other_table();
    left_out = reader.left_out();
  }
  /// `ROWS 4 6` of each sample, with the families that are known.
  [[nodiscard]] std::string told() const {
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i) {
      out += (i > 0 ? ", " : "") + std::to_string(rows(i)) + (at(i).coverage.ipv4 ? " 4" : "") +
             (at(i).coverage.ipv6 ? " 6" : "");
    }
    return out;
  }

  procfs::ByteOrderGuess guess;
  bool saw_other_table = false;
  std::uint64_t left_out = 0;
};

std::string table_text(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

TEST_CASE("tables of two families are one sample, and the same table again is the next") {
  struct Row {
    std::string_view name;
    std::string text;
    std::string_view told;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"blank", "\n \t\r\n", ""},
      {"a header", table_text({kIpv4Header}), "0 4"},
      {"the other header", table_text({kIpv6Header}), "0 6"},
      {"one family", table_text({kIpv4Header, kIpv4Row}), "1 4"},
      {"the other", table_text({kIpv6Header, kIpv6Row}), "1 6"},
      {"both", table_text({kIpv4Header, kIpv4Row, kIpv6Header, kIpv6Row}), "2 4 6"},
      {"both, the other way round", table_text({kIpv6Header, kIpv6Row, kIpv4Header, kIpv4Row}), "2 4 6"},
      {"both, one of them empty", table_text({kIpv4Header, kIpv6Header, kIpv6Row}), "1 4 6"},
      {"one again", table_text({kIpv4Header, kIpv4Row, kIpv4Header, kIpv4Row}), "1 4, 1 4"},
      {"both again",
       table_text({kIpv4Header, kIpv4Row, kIpv6Header, kIpv6Row, kIpv4Header, kIpv4Row, kIpv6Header, kIpv6Row}),
       "2 4 6, 2 4 6"},
      {"again without rows", table_text({kIpv4Header, kIpv4Row, kIpv4Header}), "1 4, 0 4"},
      {"three times without rows", table_text({kIpv4Header, kIpv4Header, kIpv4Header}), "0 4, 0 4, 0 4"},
      {"again, and the other", table_text({kIpv4Header, kIpv4Row, kIpv4Header, kIpv6Header, kIpv6Row}), "1 4, 1 4 6"},
      {"one header for both families", table_text({kIpv4Header, kIpv4Row, kIpv4Header, kIpv6Row}), "2 4 6"},
      {"and again", table_text({kIpv4Header, kIpv4Row, kIpv4Header, kIpv6Row, kIpv4Header, kIpv4Row}), "2 4 6, 1 4"},
      {"rows of both behind one header", table_text({kIpv4Header, kIpv4Row, kIpv6Row}), "2 4 6"},
      {"named by tail",
       table_text(
           {"==> /proc/net/tcp <==\n", kIpv4Header, kIpv4Row, "\n==> /proc/net/tcp6 <==\n", kIpv6Header, kIpv6Row}),
       "2 4 6"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ReadText read(row.text);
    CHECK(read.told() == row.told);
    for (std::size_t i = 0; i < read.all.size(); ++i) CHECK(read.codes(i) == "");
    CHECK_FALSE(read.saw_other_table);
  }
}

TEST_CASE("lines are the same however their file is cut into blocks") {
  const std::string text = table_text({kIpv4Header, kIpv4Row, table_row(Family::ipv4, 2)});
  const ReadText read(std::vector<std::string>{text.substr(0, 50), text.substr(50, 100), text.substr(150)});
  CHECK(read.told() == "2 4");
  // Without its newline a row is whole if all is there that the kernel writes.
  const ReadText cut(text.substr(0, text.size() - 1));
  CHECK(cut.told() == "2 4");
  CHECK(cut.codes(0) == "");
}

TEST_CASE("a kernel lists no CLOSE in this table; who does can show it") {
  const StateSet listed = StateSet::all() - StateSet{State::close};
  const ReadText read(table_text({kIpv4Header, kIpv4Row}));
  CHECK(read.at(0).coverage.visible == listed);
  const ReadText close(table_text({kIpv4Header, table_row(Family::ipv4, 1, "07")}));
  CHECK(close.at(0).coverage.visible == StateSet::all());
  const ReadText next(table_text({kIpv4Header, table_row(Family::ipv4, 1, "07"), kIpv4Header, kIpv4Row}));
  CHECK(next.at(1).coverage.visible == listed);
}

TEST_CASE("rows without a header may have lost others before them") {
  const ReadText read(kIpv4Row + table_row(Family::ipv4, 2));
  CHECK(read.message(0) == "no header line stands before the first row: rows may be missing before it");
  CHECK(read.codes(0) == "no_header");
  CHECK_FALSE(read.at(0).coverage.complete);
  CHECK(read.told() == "2 4");
}

TEST_CASE("rows of other tables are counted, and left out") {
  const ReadText read(table_text({kIpv4Header, kIpv4Row, kUdpHeader, kUdpRow, kUdpRow, kIpv6Header, kIpv6Row}));
  CHECK(read.told() == "2 4 6");
  CHECK(read.codes(0) == "");
  CHECK(read.saw_other_table);
  CHECK(read.left_out == 2);
  const ReadText alone(table_text({kUdpHeader, kUdpRow}));
  CHECK(alone.all.empty());
  CHECK(alone.saw_other_table);
  CHECK(alone.left_out == 1);
}

TEST_CASE("a row that cannot be read is a flaw of its sample") {
  const ReadText read(table_text({kIpv4Header, kIpv4Row, "   1: nonsense\n", table_row(Family::ipv4, 2)}));
  CHECK(read.told() == "2 4");
  CHECK(read.at(0).coverage.flaw_total() == 1);
}

TEST_CASE("listeners and connections of either family are told apart, and alike ones are kept side by side") {
  const std::string listening = table_row(Family::ipv6, 5, "0A");
  const ReadText read(table_text({kIpv6Header, listening, listening, kIpv6Row, kIpv6Row, listening}));
  CHECK(read.at(0).rows.listeners().size() >= 1);
  CHECK(read.at(0).rows.connections().size() >= 1);
  CHECK(read.at(0).coverage.ipv6);
  CHECK_FALSE(read.at(0).coverage.ipv4);
  CHECK(read.at(0).rows.listeners().front().origin == Origin::file);
}

TEST_CASE("a header that is cut, or has rows in its line, lost its table") {
  const std::string header(kIpv4Header.substr(0, kIpv4Header.size() - 1));
  const ReadText cut(table_text({kIpv6Header, kIpv6Row, header.substr(0, 40)}));
  CHECK(cut.told() == "1 6");
  CHECK(cut.message(0) == "the text ends within its header: all rows are missing");
  const ReadText cut_again(table_text({kIpv4Header, kIpv4Row, header.substr(0, 40)}));
  CHECK(cut_again.told() == "1 4, 0");
  CHECK(cut_again.codes(0) == "");
  CHECK(cut_again.codes(1) == "cut_text");
  const ReadText joined(table_text({header, kIpv4Row}));
  CHECK(joined.told() == "0");
  CHECK(joined.message(0) == "rows stand in the line of the header and are left out: line ends were lost");
  CHECK(joined.codes(0) == "joined_rows");
  CHECK(ReadText(header).codes(0) == "");
}

TEST_CASE("blanks tell that a text was cut: within the header's, or before the number of a row") {
  const std::string header(kIpv4Header.substr(0, kIpv4Header.size() - 1));
  const ReadText padded(header + std::string(20, ' '));
  CHECK(padded.told() == "0");
  CHECK(padded.codes(0) == "cut_text");
  CHECK(ReadText(header + std::string(procfs::proc_net_tcp::kPaddedRow - header.size(), ' ')).codes(0) == "");
  for (const char* blanks : {" ", "  ", "   "}) {
    const ReadText read(table_text({kIpv4Header, kIpv4Row, blanks}));
    CHECK(read.told() == "1 4");
    CHECK(read.codes(0) == "cut_text");
    CHECK_FALSE(read.at(0).coverage.complete);
  }
  for (const char* others : {"\n", "\t", "    ", "   \n"}) {
    CHECK(ReadText(table_text({kIpv4Header, kIpv4Row, others})).codes(0) == "");
  }
}

TEST_CASE("a table that ends within its last row is not whole, and the next table is") {
  const std::string whole = table_row(Family::ipv4, 2);
  const std::string part = whole.substr(0, whole.find(" 20 4")) + "\n";
  const ReadText read(table_text({kIpv4Header, kIpv4Row, part}));
  CHECK(read.told() == "2 4");
  CHECK(read.message(0) == "the text ends within its last row: rows may be missing after it");
  const ReadText first(table_text({kIpv4Header, kIpv4Row, part, kIpv6Header, kIpv6Row}));
  CHECK(first.told() == "3 4 6");
  CHECK(first.codes(0) == "cut_text");
  const ReadText before(table_text({kIpv4Header, kIpv4Row, part, kIpv4Header, kIpv4Row}));
  CHECK(before.told() == "2 4, 1 4");
  CHECK(before.codes(0) == "cut_text");
  CHECK(before.codes(1) == "");
}

TEST_CASE("local addresses of rows tell the byte order") {
  CHECK(ReadText(table_text({kIpv4Header, kIpv4Row})).guess.order() == std::endian::native);
  std::string connected = kIpv4Row;
  connected.replace(connected.find("010200C0:0001"), 8,
                    std::endian::native == std::endian::little ? "7F000001" : "0100007F");
  CHECK(ReadText(table_text({kIpv4Header, connected})).guess.order() != std::endian::native);
  std::string listening = connected;
  listening.replace(listening.find(" 01 "), 4, " 0A ");
  CHECK(ReadText(table_text({kIpv4Header, kIpv4Row, listening})).guess.order() != std::endian::native);
}

}  // namespace
}  // namespace tcpstat::logs
