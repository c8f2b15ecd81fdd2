#include "parsers/procfs/proc_net_tcp_stream.h"

#include <doctest/doctest.h>

#include <ostream>

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

TEST_CASE("addresses that make sense in one byte order only tell which host wrote a file") {
  struct Row {
    const char* name;
    std::string text;
    std::endian order;
  };
  const auto v6 = [](std::string_view address) {
    return "   0: " + std::string(address) + ":0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1 1 0\n";
  };
  const Row rows[] = {
      {"big-endian IPv4", test::fixture("written/big-endian-tcp"), std::endian::big},
      {"Android", test::fixture("written/android-tcp"), std::endian::little},
      {"both families", test::fixture("written/both-families"), std::endian::little},
      {"recorded here", test::fixture("recorded/tcp"), std::endian::native},
      {"big-endian ::1", v6("00000000000000000000000000000001"), std::endian::big},
      {"little-endian ::1", v6("00000000000000000000000001000000"), std::endian::little},
      {"big-endian v4-mapped", v6("00000000000000000000FFFFC0000201"), std::endian::big},
      {"little-endian v4-mapped", v6("0000000000000000FFFF0000010200C0"), std::endian::little},
      {"nothing tells", v6("00000000000000000000000000000000"), std::endian::native},
      {"empty", "", std::endian::native},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK((proc_net_tcp::guess_byte_order(row.text) == row.order));
  }
}

}  // namespace
}  // namespace tcpstat::procfs
