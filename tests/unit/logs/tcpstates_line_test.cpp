#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

LineText text;

LogRecord decode(std::string_view line) {
  REQUIRE(tcpstates_line.recognizes(line));
  return tcpstates_line.decode(line, text);
}

/// Why a row is bad; empty if it is not.
std::string_view why(std::string_view line) {
  const LogRecord record = decode(line);
  const auto* bad = std::get_if<BadLine>(&record);
  return bad == nullptr ? "" : bad->why;
}

Transition transition(std::string_view line) {
  const LogRecord record = decode(line);
  REQUIRE(std::holds_alternative<Transition>(record));
  return std::get<Transition>(record);
}

constexpr std::string_view kRow =
    "ffff9fd7e8192000 22384 curl       100.66.100.185  0     52.33.159.26    80    CLOSE       -> SYN_SENT    0.000";

TEST_CASE("a row has its socket, both ends and both states; 0.000 is no time that was measured") {
  const Transition row = transition(kRow);
  CHECK(row.socket == "ffff9fd7e8192000");
  CHECK(to_string(row.local.value()) == "100.66.100.185:0");
  CHECK(to_string(row.remote.value()) == "52.33.159.26:80");
  CHECK(row.from == ObservedState(State::close));
  CHECK(row.to == ObservedState(State::syn_sent));
  CHECK(row.dwell == std::nullopt);
  CHECK(row.time == std::nullopt);
}

TEST_CASE("with -T and -t a row has times in front, and the longest socket comes third") {
  const Transition row =
      transition("12:00:01 3.25 ffff9fd7e8192000 1 a b c 10.0.0.1 1 10.0.0.2 2 LISTEN -> SYN_RECV 1.5");
  CHECK(row.socket == "ffff9fd7e8192000");
  CHECK(row.time == EventTime(3'250'000));
  CHECK(row.dwell == EventTime(1500));
  // What a program chose is no socket: it cannot come before the fourth column then.
  CHECK(why("1 2 3 deadbeef12 10.0.0.1 1 10.0.0.2 2 LISTEN -> SYN_RECV 1.5") == "a row of tcpstates without SKADDR");
}

TEST_CASE("an address in the kernel has eight digits at least and sixteen at most") {
  for (const auto& [socket, taken] : {std::pair("c1234567", true),
                                      {"c123456", false},
                                      {"ffff9fd7e8192000", true},
                                      {"ffff9fd7e81920001", false},
                                      {"FFFF9FD7E8192000", false},
                                      {"c1234567g", false}}) {
    CAPTURE(socket);
    const std::string line = std::string(socket) + " 1 a 10.0.0.1 1 10.0.0.2 2 LISTEN -> SYN_RECV 0.000";
    CHECK(why(line).empty() == taken);
  }
}

TEST_CASE("a row that was cut, or has no state, or ends that cannot be, is bad and says why") {
  CHECK(why("ffff9fd7e8192000 1 a 10.0.0.1 1 10.0.0.2 2 LISTEN -> SYN_RECV") ==
        "a row of tcpstates without OLDSTATE -> NEWSTATE MS at its end");
  CHECK(why("ffff9fd7e8192000 1 a 10.0.0.1 1 10.0.0.2 2 LISTEN -> SYN_RECV many") ==
        "a row of tcpstates without OLDSTATE -> NEWSTATE MS at its end");
  CHECK(why("ffff9fd7e8192000 1 a 10.0.0.1 1 10.0.0.2 2 LISTENS -> SYN_RECV 0.000") ==
        "a row of tcpstates with no state that is known");
  CHECK(why("ffff9fd7e8192000 1 a 10.0.0.1 1 10.0.0.2 2 LISTEN -> half-open 0.000") ==
        "a row of tcpstates with no state that is known");
  for (const std::string_view ends :
       {"10.0.0.1 1 10.0.0.2 65536", "10.0.0.1 1x 10.0.0.2 2", "10.0.0 1 10.0.0.2 2", "2"}) {
    CAPTURE(ends);
    CHECK(why("ffff9fd7e8192000 1 a " + std::string(ends) + " LISTEN -> SYN_RECV 0.000") ==
          "a row of tcpstates without addresses and ports");
  }
}

TEST_CASE("headings are no rows, and what bcc lost is counted") {
  CHECK(std::holds_alternative<OtherLine>(decode("Tracing TCP states... Hit Ctrl-C to end. -> x")));
  CHECK(std::holds_alternative<OtherLine>(
      decode("SKADDR  C-PID C-COMM LADDR LPORT RADDR RPORT OLDSTATE    -> NEWSTATE    MS")));
  for (const char* line : {"Possibly lost 7 samples", "lost 7 events on CPU #1", "Lost 7 events on CPU #1!"}) {
    CAPTURE(line);
    const LogRecord lost = decode(line);
    REQUIRE(std::holds_alternative<LostRecords>(lost));
    CHECK(std::get<LostRecords>(lost).count == 7);
  }
  CHECK_MESSAGE(std::get<LostRecords>(decode("Possibly lost some samples")).count == 1, "unknown is not zero");
  CHECK_FALSE(tcpstates_line.recognizes("lost 7 of them"));
  CHECK_FALSE(tcpstates_line.recognizes("ffff9fd7e8192000 1 a 10.0.0.1 1 10.0.0.2 2 LISTEN SYN_RECV 0.000"));
}

}  // namespace
}  // namespace tcpstat::logs
