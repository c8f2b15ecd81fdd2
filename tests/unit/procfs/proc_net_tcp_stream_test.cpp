#include "parsers/procfs/proc_net_tcp_stream.h"

#include <doctest/doctest.h>

#include <ostream>
#include <tuple>

#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::procfs {
namespace {

struct Reading {
  explicit Reading(std::endian order = std::endian::little) : stream(delivery, Origin::file, {order, 100}) {}

  void whole(std::string_view text) {
    stream.feed(text);
    stream.finish();
  }

  Coverage coverage;
  KernelLimits limits;
  test::Recorder recorder;
  source::RowDelivery delivery{recorder, coverage, limits};
  ProcNetTcpStream stream;
};

TEST_CASE("files of all styles hold the same connections") {
  struct Row {
    std::string_view file;
    std::endian order;
    std::uint32_t listener_uid;
    std::uint32_t uid;
  };
  constexpr Row kRows[] = {
      {"written/linux-2.6-tcp", std::endian::little, 0, 1000},
      {"written/linux-4-long-tcp", std::endian::little, 0, 1000},
      {"written/android-tcp", std::endian::little, 1000, 10123},
      {"written/crlf-tcp", std::endian::little, 0, 1000},
      {"written/headless-tcp", std::endian::little, 0, 1000},
      {"written/big-endian-tcp", std::endian::big, 0, 1000},
  };
  Listener listener = test::listener(test::endpoint("127.0.0.1", 22));
  Connection open =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));
  Connection waiting =
      test::connection(State::time_wait, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40001));
  listener.inode = 12345;
  listener.accept_limit.reset();
  open.inode = 23456;
  open.timer = TimerKind::keepalive;
  open.timer_ms = 20'000;
  waiting.inode = 0;
  waiting.uid.reset();
  waiting.minisocket = true;
  waiting.timer = TimerKind::time_wait;
  waiting.timer_ms = 30'000;
  waiting.age_ms = 30'000;
  waiting.orphan = Orphan::time_wait;
  for (Socket* row : {static_cast<Socket*>(&listener), static_cast<Socket*>(&open), static_cast<Socket*>(&waiting)}) {
    row->origin = Origin::file;
  }
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    Reading reading(row.order);
    reading.whole(test::fixture(row.file));
    listener.uid = row.listener_uid;
    open.uid = row.uid;
    REQUIRE(reading.recorder.rows.size() == 3);
    CHECK(reading.recorder.rows[0] == test::facts(listener));
    CHECK(reading.recorder.rows[1] == test::facts(open));
    CHECK(reading.recorder.rows[2] == test::facts(waiting));
    CHECK(reading.coverage.complete);
  }
}

TEST_CASE("a file that ends in the middle of a row has a flaw and the rows before it") {
  Reading reading;
  reading.whole(test::fixture("written/cut-tcp"));
  CHECK(reading.recorder.rows.size() == 2);
  CHECK(reading.coverage.flaws[static_cast<std::size_t>(Flaw::cut_short)] == 1);
  CHECK_FALSE(reading.coverage.complete);
}

TEST_CASE("tcp and tcp6 in one file are both read") {
  Reading reading;
  reading.whole(test::fixture("written/both-families"));
  CHECK(reading.recorder.rows.size() == 5);
  CHECK(reading.coverage.complete);
}

TEST_CASE("recorded files hold what was built") {
  struct Row {
    std::string_view file;
    std::size_t rows;
  };
  for (const Row& row : {Row{"recorded/tcp", 32}, Row{"recorded/tcp6", 65}}) {
    CAPTURE(row.file);
    Reading reading;
    reading.whole(test::fixture(row.file));
    CHECK(reading.recorder.rows.size() == row.rows);
    CHECK(reading.coverage.rows_read == row.rows);
    CHECK(reading.coverage.duplicates_dropped == 0);
    CHECK(reading.coverage.complete);
  }
}

TEST_CASE("blocks that are cut anywhere give the same rows") {
  const std::string text = test::fixture("recorded/tcp");
  Reading whole;
  whole.whole(text);
  for (std::size_t size = 1; size < text.size(); ++size) {
    Reading parts;
    parts.stream.feed(std::string_view(text).substr(0, size));
    parts.stream.feed(std::string_view(text).substr(size));
    parts.stream.finish();
    REQUIRE(parts.recorder.rows == whole.recorder.rows);
  }
  for (const std::size_t block : {1U, 2U, 7U, 149U, 150U, 151U, 1000U}) {
    CAPTURE(block);
    Reading parts;
    for (std::size_t at = 0; at < text.size(); at += block) parts.stream.feed(std::string_view(text).substr(at, block));
    parts.stream.finish();
    CHECK(parts.recorder.rows == whole.recorder.rows);
  }
}

TEST_CASE("a last line without its newline is a row if it is whole") {
  std::string text = test::fixture("recorded/tcp6");
  REQUIRE(text.back() == '\n');
  text.pop_back();
  Reading reading;
  reading.whole(text);
  CHECK(reading.recorder.rows.size() == 65);
}

TEST_CASE("a table that was cut within its last row is known though a newline was put behind it") {
  const std::string text = test::fixture("recorded/tcp");
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  const auto read_cut = [&](std::size_t length, std::string_view behind) {
    Reading reading;
    reading.whole(text.substr(0, last + length) + std::string(behind));
    return std::tuple(reading.recorder.rows.size(), reading.coverage.complete, reading.stream.seen().cut);
  };
  constexpr std::size_t kWithinInode = 93;
  constexpr std::size_t kWithinPointer = 110;
  CHECK(read_cut(text.size() - last, "") == std::tuple(32, true, false));
  for (const char* behind : {"\n", "\n\n",
                             "\n  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
                             "timeout inode\n"}) {
    CAPTURE(behind);
    CHECK(read_cut(kWithinPointer, behind) == std::tuple(32, true, true));
    CHECK(read_cut(kWithinInode, behind) == std::tuple(31, false, false));
  }
}

TEST_CASE("blanks tell that a table was cut: within the header's, or before the number of a row") {
  const std::string text = test::fixture("recorded/tcp");
  const std::size_t header = text.find('\n');
  const auto seen = [](const std::string& part) {
    Reading reading;
    reading.whole(part);
    return reading.stream.seen();
  };
  REQUIRE(header == proc_net_tcp::kPaddedRow);
  CHECK(seen(text.substr(0, header - 1)).cut_header);
  CHECK_FALSE(seen(text.substr(0, header)).cut_header);
  CHECK(seen(text.substr(0, header + 2)).cut);
  CHECK(seen(text + "   ").cut);
  CHECK_FALSE(seen(text + "   \n").cut);
  CHECK_FALSE(seen(text + "    ").cut);
}

TEST_CASE("rows that all end with the inode are whole") {
  Reading reading;
  reading.whole(
      "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234\n"
      "   1: 0100007F:0017 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1235\n");
  CHECK(reading.recorder.rows.size() == 2);
  CHECK_FALSE(reading.stream.seen().cut);
}

TEST_CASE("empty lines are no rows and no flaws") {
  Reading reading;
  reading.whole("\n\n   \t \r\n\n");
  CHECK(reading.recorder.rows.empty());
  CHECK(reading.coverage.complete);
}

TEST_CASE("rubbish is counted line by line, and rows behind it are found") {
  Reading reading;
  reading.whole("what is this\n" + std::string("\0\xFF\n", 3) + test::fixture("written/headless-tcp"));
  CHECK(reading.recorder.rows.size() == 3);
  CHECK(reading.coverage.flaw_total() == 2);
}

TEST_CASE("a line without end takes no memory and is one flaw") {
  Reading reading;
  const std::string block(100'000, 'x');
  for (int i = 0; i < 50; ++i) reading.stream.feed(block);
  reading.stream.feed("\n" + test::fixture("written/headless-tcp"));
  reading.stream.finish();
  CHECK(reading.recorder.rows.size() == 3);
  CHECK(reading.coverage.flaw_total() == 1);
}

TEST_CASE("a sink that wants no more stops the stream") {
  Reading reading;
  reading.recorder.stop_at = 2;
  CHECK(reading.stream.feed(test::fixture("recorded/tcp")) == Flow::stop);
  CHECK(reading.recorder.rows.size() == 2);
}

TEST_CASE("rows that /proc repeats are dropped, listeners that share a tuple are not") {
  Reading reading;
  const std::string text = test::fixture("recorded/tcp");
  reading.stream.feed(text);
  reading.stream.feed(text);
  reading.stream.finish();
  CHECK(reading.recorder.rows.size() == 32);  // among them two SO_REUSEPORT listeners on one port
  CHECK(reading.coverage.duplicates_dropped == 32);
}

TEST_CASE("what the lines were is remembered: headers, rows before any, rows of other tables") {
  const std::string tcp = test::fixture("recorded/tcp");
  const std::string udp =
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n"
      " 1117: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0 0\n";
  Reading both;
  both.whole(udp + tcp + udp);
  CHECK(both.recorder.rows.size() == 32);
  CHECK(both.stream.seen().others == 2);
  CHECK(both.stream.seen().header);
  CHECK_FALSE(both.stream.seen().headless);
  CHECK(both.coverage.complete);
  Reading headless;
  headless.whole(test::fixture("written/headless-tcp"));
  CHECK(headless.stream.seen().headless);
  Reading nothing;
  nothing.whole("\n");
  CHECK_FALSE(nothing.stream.seen().anything);
}

TEST_CASE("a row that says CLOSE is counted as what it says") {
  Reading reading;
  reading.coverage.visible = StateSet::all() - StateSet{State::close};
  reading.whole("   0: 0100007F:0016 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 9 1 0 0\n");
  CHECK(reading.recorder.rows.size() == 1);
  CHECK(reading.coverage.visible.has(State::close));
}

}  // namespace
}  // namespace tcpstat::procfs
