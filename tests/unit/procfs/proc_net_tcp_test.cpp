#include "parsers/procfs/proc_net_tcp.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::procfs {
namespace {

using proc_net_tcp::decode;
using proc_net_tcp::Format;
using proc_net_tcp::LineEnd;

Connection decoded(std::string_view line, const Format& format = {std::endian::little, 100}) {
  const auto row = decode(line, LineEnd::complete, format);
  CAPTURE(line);
  REQUIRE(std::holds_alternative<Connection>(row));
  return std::get<Connection>(row);
}

Listener decoded_listener(std::string_view line) {
  const auto row = decode(line, LineEnd::complete, {std::endian::little, 100});
  CAPTURE(line);
  REQUIRE(std::holds_alternative<Listener>(row));
  return std::get<Listener>(row);
}

std::string facts_of(const proc_net_tcp::Row& row) {
  if (const auto* connection = std::get_if<Connection>(&row)) return test::facts(*connection);
  if (const auto* listener = std::get_if<Listener>(&row)) return test::facts(*listener);
  return "a flaw";
}

//                   local         remote        st tx_queue rx_queue tr tm->when retrnsmt   uid timeout inode ref pointer
constexpr auto kFull =
    "   1: 010200C0:01BB 076433C6:9C40 01 00000022:0000000C 01:00000014 00000003  1000        0 23456 2 "
    "ffff880100002000 "
    "20 4 30 10 -1";

TEST_CASE("a full IPv4 row says all that it knows") {
  const Connection row = decoded(kFull);
  CHECK(row.state == State::established);
  CHECK(row.family == Family::ipv4);
  CHECK(row.local == test::endpoint("192.0.2.1", 443));
  CHECK(row.remote == test::endpoint("198.51.100.7", 40000));
  CHECK(row.origin == Origin::proc);
  CHECK(row.send_queue == 0x22U);
  CHECK(row.recv_queue == 0xCU);
  CHECK(row.timer == TimerKind::retransmit);
  CHECK(row.timer_ms == 200U);  // 20 ticks of 10 ms
  CHECK(row.retransmits == 3U);
  CHECK(row.uid == 1000U);
  CHECK(row.inode == 23456);
  CHECK_FALSE(row.minisocket);
  CHECK_FALSE(row.cookie);
  CHECK_FALSE(row.mark);
}

TEST_CASE("the same bytes read on hosts of either byte order") {
  struct Row {
    std::string_view name;
    std::string_view field;
    std::endian order;
    std::string_view address;
  };
  constexpr Row kRows[] = {
      {"IPv4, little", "0100007F", std::endian::little, "127.0.0.1"},
      {"IPv4, big", "7F000001", std::endian::big, "127.0.0.1"},
      {"IPv6, little", "B80D0120000000000000000001000000", std::endian::little, "2001:db8::1"},
      {"IPv6, big", "20010DB8000000000000000000000001", std::endian::big, "2001:db8::1"},
      {"IPv6 of sixteen different bytes, little", "33221100776655440BA0998800FFEEDD", std::endian::little,
       "11:2233:4455:6677:8899:a00b:ddee:ff00"},
      {"v4-mapped, little", "0000000000000000FFFF0000010200C0", std::endian::little, "::ffff:192.0.2.1"},
      {"v4-mapped, big", "00000000000000000000FFFFC0000201", std::endian::big, "::ffff:192.0.2.1"},
      {"lower case", "0100007f", std::endian::little, "127.0.0.1"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const std::string zero(row.field.size(), '0');
    const std::string line =
        "0: " + std::string(row.field) + ":01BB " + zero + ":9C40 01 0:0 00:00000000 0 1000 0 23456 1 0";
    const Connection decoded_row = decoded(line, {row.order, 100});
    CHECK(decoded_row.local == test::endpoint(row.address, 443));  // ports are plain numbers on both
    CHECK(decoded_row.remote.address.is_wildcard());
    CHECK(decoded_row.remote.port == 40000);
    CHECK(decoded_row.family == (row.field.size() == 8 ? Family::ipv4 : Family::ipv6));
  }
}

TEST_CASE("a LISTEN row carries connections, not bytes") {
  const Listener row = decoded_listener(
      "   0: 00000000:01BB 00000000:0000 0A 00000000:00000005 00:00000000 00000000    33        0 12345 1 0 100 0 0 10 "
      "8");
  CHECK(row.local == test::endpoint("0.0.0.0", 443));
  CHECK(row.accept_queue == 5U);
  CHECK_FALSE(row.accept_limit);  // the last field is Fast Open's, tx_queue is zero
  CHECK(row.uid == 33U);
  CHECK(row.inode == 12345);
}

TEST_CASE("rows of minisockets are shorter and have no owner") {
  struct Row {
    std::string_view name;
    std::string_view line;
    State state;
  };
  constexpr Row kRows[] = {
      // The uid of a request is its listener's.
      {"a request",
       "  11: 010200C0:01BB 076433C6:9C40 03 00000000:00000000 01:00000064 00000001  1000        0 0 1 00000",
       State::syn_recv},
      {"TIME_WAIT",
       "  12: 010200C0:01BB 076433C6:9C40 06 00000000:00000000 03:00001770 00000000     0        0 0 3 00000",
       State::time_wait},
      {"FIN_WAIT2",
       "  13: 010200C0:01BB 076433C6:9C40 05 00000000:00000000 03:00001770 00000000     0        0 0 3 00000",
       State::fin_wait2},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const Connection decoded_row = decoded(row.line);
    CHECK(decoded_row.state == row.state);
    CHECK(decoded_row.minisocket);
    CHECK_FALSE(decoded_row.uid);
    CHECK(decoded_row.inode == 0);
  }
}

TEST_CASE("old kernels print large uids with a sign") {
  const auto row = decode("0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0    -2 0 23456 1 0", LineEnd::complete, {});
  CHECK(std::get<Connection>(row).uid == 4'294'967'294U);
}

TEST_CASE("full sockets without an inode keep their uid") {
  struct Row {
    std::string_view name;
    std::string_view line;
  };
  constexpr Row kRows[] = {
      {"waiting to be accepted",
       "0: 010200C0:01BB 076433C6:9C40 01 00000000:00000000 00:00000000 00000000     7        0 0 1 0 20 4 30 10 -1"},
      {"a Fast Open child",
       "0: 010200C0:01BB 076433C6:9C40 03 00000000:00000005 01:00000064 00000000     7        0 0 1 0 20 4 30 10 -1"},
      {"closed by its process",
       "0: 010200C0:01BB 076433C6:9C40 04 00000001:00000000 01:00000064 00000000     7        0 0 1 0 20 4 30 10 -1"},
      {"FIN_WAIT2 with its timer",
       "0: 010200C0:01BB 076433C6:9C40 05 00000001:00000000 02:00000064 00000000     7        0 0 1 0 20 4 30 10 -1"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK_FALSE(decoded(row.line).minisocket);
    CHECK(decoded(row.line).uid == 7U);
  }
}

TEST_CASE("timers count in ticks") {
  struct Row {
    std::string_view name;
    std::string_view timer;
    std::uint32_t ticks_per_second;
    TimerKind kind;
    std::optional<std::uint32_t> ms;
  };
  constexpr Row kRows[] = {
      {"none", "00:00000000", 100, TimerKind::none, std::nullopt},
      {"none, with a number", "00:00000100", 100, TimerKind::none, std::nullopt},
      {"keepalive", "02:000AFC80", 100, TimerKind::keepalive, 7'200'000},
      {"probe", "04:00000001", 100, TimerKind::probe, 10},
      {"delayed ack", "05:00000001", 100, TimerKind::delayed_ack, 10},
      {"one of later", "06:00000001", 100, TimerKind::unknown, 10},
      {"another USER_HZ", "01:00000400", 1024, TimerKind::retransmit, 1000},
      {"one that a thousandfold wraps", "01:4189374BC6A7F0", 100, TimerKind::retransmit, UINT32_MAX},
      {"longer than 32 bits", "01:FFFFFFFF", 100, TimerKind::retransmit, UINT32_MAX},
      {"a negative number of 64 bits", "01:FFFFFFFFFFFFFFFF", 1000, TimerKind::retransmit, UINT32_MAX},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const std::string line =
        "0: 0100007F:01BB 0100007F:9C40 01 0:0 " + std::string(row.timer) + " 00000000 1000 0 23456 1 0 20 4 30 10 -1";
    const Connection decoded_row = decoded(line, {std::endian::little, row.ticks_per_second});
    CHECK(decoded_row.timer == row.kind);
    CHECK(decoded_row.timer_ms == row.ms);
  }
}

TEST_CASE("unanswered probes stand in another column than retransmits") {
  const auto retransmits = [](std::string_view timer) {
    return decoded("0: 0100007F:01BB 0100007F:9C40 01 0:0 " + std::string(timer) +
                   ":00000010 00000003 1000        5 23456 1 0 20 4 30 10 -1")
        .retransmits;
  };
  CHECK(retransmits("00") == 3U);
  CHECK(retransmits("01") == 3U);
  CHECK(retransmits("02") == 5U);
  CHECK(retransmits("03") == 3U);
  CHECK(retransmits("04") == 5U);
}

TEST_CASE("headers of all kernels are no rows") {
  for (const std::string_view line :
       {"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "  sl  local_address                         remote_address                        st tx_queue rx_queue tr",
        "sl local_address", "\tsl\tx", "\xef\xbb\xbf  sl  local_address rem_address"}) {
    CHECK(proc_net_tcp::is_header(line));
  }
  for (const std::string_view line : {"", "slot", "  0: 0100007F:0016", kFull})
    CHECK_FALSE(proc_net_tcp::is_header(line));
}

TEST_CASE("blanks and columns that nobody knows yet change nothing") {
  const std::string expected = test::facts(decoded(kFull));
  for (const std::string& line : {std::string(kFull) + "                 ", std::string(kFull) + "\r",
                                  std::string(kFull) + " 77 extra columns", "\t" + std::string(kFull)}) {
    CAPTURE(line);
    CHECK(test::facts(decoded(line)) == expected);
  }
}

TEST_CASE("a field that is wrong makes a flaw") {
  struct Row {
    std::string_view name;
    std::string_view line;
    Flaw flaw;
  };
  constexpr Row kRows[] = {
      {"nothing", "", Flaw::cut_short},
      {"one word", "hello", Flaw::cut_short},
      {"no inode", "0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 1000 0", Flaw::cut_short},
      {"no colon after the slot", "0 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"no port", "0: 0100007F 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0", Flaw::unreadable_number},
      {"a port of three digits", "0: 0100007F:1BB 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"an address of seven digits", "0: 100007F:01BB 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"an address of 31 digits",
       "0: 0000000000000000000000000000000:01BB 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0", Flaw::unreadable_number},
      {"a letter that is no digit", "0: 0100007G:01BB 0100007F:9C40 01 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"two families", "0: 0100007F:01BB 00000000000000000000000000000000:9C40 01 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unknown_family},
      {"state 0", "0: 0100007F:01BB 0100007F:9C40 00 0:0 00:0 0 1000 0 23456 1 0", Flaw::unknown_state},
      {"state 14", "0: 0100007F:01BB 0100007F:9C40 0E 0:0 00:0 0 1000 0 23456 1 0", Flaw::unknown_state},
      {"a state of three digits", "0: 0100007F:01BB 0100007F:9C40 001 0:0 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"a uid that is negative", "0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 -1 0 23456 1 0",
       Flaw::unreadable_number},
      {"a uid of 33 bits", "0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 4294967296 0 23456 1 0",
       Flaw::unreadable_number},
      {"an inode that is no number", "0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 0 0 234x6 1 0",
       Flaw::unreadable_number},
      {"queues without a colon", "0: 0100007F:01BB 0100007F:9C40 01 00 00:0 0 1000 0 23456 1 0",
       Flaw::unreadable_number},
      {"a sign before hex", "0: 0100007F:01BB 0100007F:9C40 01 +1:0 00:0 0 1000 0 23456 1 0", Flaw::unreadable_number},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const auto decoded_row = decode(row.line, LineEnd::complete, {});
    REQUIRE(std::holds_alternative<Flaw>(decoded_row));
    CHECK(std::get<Flaw>(decoded_row) == row.flaw);
  }
}

TEST_CASE("the largest uid and inode are read whole") {
  const Connection row =
      decoded("0: 0100007F:01BB 0100007F:9C40 01 0:0 00:0 0 4294967295 0 18446744073709551615 1 0 1");
  CHECK(row.uid == UINT32_MAX);
  CHECK(row.inode == UINT64_MAX);
}

TEST_CASE("every truncated prefix of a recorded row is a flaw or the right row") {
  for (const std::string_view file : {"recorded/tcp", "recorded/tcp6"}) {
    CAPTURE(file);
    for (const std::string& line : test::lines_of(test::fixture(file))) {
      if (proc_net_tcp::is_header(line)) continue;
      CAPTURE(line);
      const std::string whole = facts_of(decode(line, LineEnd::complete, {}));
      REQUIRE(whole != "a flaw");
      for (std::size_t size = 0; size < line.size(); ++size) {
        const std::string cut = facts_of(decode(line.substr(0, size), LineEnd::cut, {}));
        if (cut == "a flaw") continue;
        CAPTURE(size);
        REQUIRE(cut == whole);
      }
    }
  }
}

TEST_CASE("every corrupted byte of recorded rows is a flaw or a row") {
  std::uint64_t rows = 0;
  std::uint64_t flaws = 0;
  for (const std::string_view file : {"recorded/tcp", "recorded/tcp6"}) {
    const auto lines = test::lines_of(test::fixture(file));
    for (std::size_t i = 1; i < lines.size(); i += 12) {
      std::string line = lines[i];
      for (std::size_t at = 0; at < line.size(); ++at) {
        const char good = line[at];
        for (int value = 0; value < 256; ++value) {
          line[at] = static_cast<char>(value);
          const auto row = decode(line, value % 2 == 0 ? LineEnd::complete : LineEnd::cut, {});
          ++(std::holds_alternative<Flaw>(row) ? flaws : rows);
        }
        line[at] = good;
      }
    }
  }
  CHECK(rows > 0);
  CHECK(flaws > 0);
}

TEST_CASE("a line tells of another state without being taken apart") {
  using proc_net_tcp::shows_other_state;
  constexpr std::string_view kRow = "   0: 010200C0:01BB 076433C6:9C40 03 00000000:00000000 ";
  constexpr std::string_view kRow6 =
      "1234567: B80D0120000000000000000001000000:01BB B80D0120000000000000000002000000:9C40 06 00000000:00000000 ";
  CHECK(shows_other_state(kRow, State::established));
  CHECK(!shows_other_state(kRow, State::syn_recv));
  CHECK(shows_other_state(kRow6, State::syn_recv));
  CHECK(!shows_other_state(kRow6, State::time_wait));
  SUBCASE("what has another form may be of any state") {
    CHECK(!shows_other_state("", State::listen));
    CHECK(!shows_other_state("  sl  local_address rem_address   st tx_queue", State::listen));
    CHECK(!shows_other_state("   0: 010200C0:01BB 076433C6:9C40 0", State::listen));
    CHECK(!shows_other_state("   0: 010200C0:01BB 076433C6:9C40  3 00000000:", State::listen));
    CHECK(!shows_other_state("0: 010200C0:01BB", State::listen));
  }
}

}  // namespace
}  // namespace tcpstat::procfs
