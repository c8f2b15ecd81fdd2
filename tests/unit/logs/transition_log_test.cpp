#include "parsers/logs/transition_log.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "support/fixtures.h"

namespace tcpstat::logs {
namespace {

Transition transition(std::string_view line) {
  static TransitionLog log;
  const LogRecord record = log.decode(line);
  const auto* found = std::get_if<Transition>(&record);
  REQUIRE(found != nullptr);
  return *found;
}

template <typename Kind>
bool is(std::string_view line) {
  TransitionLog log;
  return std::holds_alternative<Kind>(log.decode(line));
}

TEST_CASE("a trace with options/fields names the socket and the same ends as one without") {
  const auto plain = transition(
      "         python3-17056   [000] .....  6300.358534: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP "
      "sport=47991 dport=36068 saddr=127.0.0.1 daddr=10.1.2.3 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:10.1.2.3 "
      "oldstate=TCP_LISTEN newstate=TCP_SYN_RECV");
  const auto fields = transition(
      "         python3-17065   [000] ..s2.  6300.720959: inet_sock_set_state: skaddr=0xffff8881025fb780 "
      "(-131387304724608) oldstate=0xa (10) newstate=0x3 (3) sport=0xbb77 (47991) dport=0x8ce4 (36068) family=0x2 (2) "
      "protocol=0x6 (6) saddr=0x100007f (16777343) daddr=0x302010a (50462986) saddr_v6=<INVALID-SIZE> "
      "daddr_v6=<INVALID-SIZE>");
  for (const auto& record : {plain, fields}) {
    CHECK(record.from == ObservedState(State::listen));
    CHECK(record.to == ObservedState(State::syn_recv));
    CHECK(to_string(record.local.value()) == "127.0.0.1:47991");
    CHECK(to_string(record.remote.value()) == "10.1.2.3:36068");
  }
  CHECK(plain.socket.empty());
  CHECK(fields.socket == "0xffff8881025fb780");
  CHECK(plain.time == EventTime(6300358534));
}

TEST_CASE("IPv6, MPTCP and perf-script(1)") {
  const auto record = transition(
      "curl  1234 [001]  12.000001: sock:inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_MPTCP sport=1 dport=2 "
      "saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=2001:db8::1 daddrv6=::1 oldstate=TCP_CLOSE newstate=TCP_LISTEN");
  CHECK(record.protocol == Protocol::mptcp);
  CHECK(to_string(record.local.value()) == "[2001:db8::1]:1");
  CHECK(record.time == EventTime(12000001));
  CHECK(
      is<OtherLine>("x-1 [000] ..... 1.000000: inet_sock_set_state: family=AF_INET protocol=IPPROTO_SCTP "
                    "oldstate=TCP_CLOSE newstate=TCP_LISTEN"));
}

TEST_CASE("an event is known by its fields, with another name and without one") {
  std::vector<Transition> records;
  const auto lines = test::lines_of(test::fixture("logs/perf-script.txt"));
  for (const std::string& line : lines) records.push_back(transition(line));
  REQUIRE(records.size() == 4);
  CHECK(records[0].to == ObservedState(State::listen));
  CHECK(to_string(records[0].local.value()) == "127.0.0.1:59879");
  CHECK(records[0].time == std::nullopt);
  CHECK(records[1].time == EventTime(12'000'001));
  CHECK(to_string(records[2].remote.value()) == "192.0.2.2:80");
  CHECK(records[2].time == EventTime(12'000'002));
  CHECK(records[2].protocol == Protocol::tcp);
  CHECK(to_string(records[3].local.value()) == "[2001:db8::1]:40001");
  for (const Transition& record : records) CHECK((record.order == RecordOrder::as_it_happened));
}

TEST_CASE("tcpstates separates columns by blanks or by commas, and prints what each processor has") {
  for (const std::string& line : test::lines_of(test::fixture("logs/tcpstates.csv"))) {
    CHECK_FALSE(is<BadLine>(line));
  }
  const auto record = transition(
      "0.177415,ffff9fd7e8192000,22384,a,b -> "
      "c,4,100.66.100.185,63446,52.33.159.26,80,ESTABLISHED,FIN_WAIT1,176.042\r");
  CHECK(record.socket == "ffff9fd7e8192000");
  CHECK(record.from == ObservedState(State::established));
  CHECK(to_string(record.local.value()) == "100.66.100.185:63446");
  CHECK(to_string(record.remote.value()) == "52.33.159.26:80");
  CHECK(record.dwell == EventTime(176'042));
  CHECK((record.order == RecordOrder::by_processor));
  // Wide columns of bcc, and those of its successor in C.
  for (const char* line :
       {"ffff9fd7e8192000 1 curl 4  192.0.2.1 1 192.0.2.2 2 CLOSE -> SYN_SENT 0.000",
        "12:34:56 ffff9fd7e8192000 1       curl  6  2001:db8::1 1 2001:db8::2 2 CLOSE -> SYN_SENT 0.000"}) {
    CHECK(transition(line).socket == "ffff9fd7e8192000");
  }
}

TEST_CASE("lost events without a number are one at least") {
  TransitionLog log;
  const LogRecord lost = log.decode("CPU:1 [LOST EVENTS]");
  REQUIRE(std::holds_alternative<LostRecords>(lost));
  CHECK(std::get<LostRecords>(lost).count == 1);
}

TEST_CASE("blanks around a line and the line ends of Windows change nothing") {
  constexpr std::string_view kRecord =
      "inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 saddr=192.0.2.1 daddr=192.0.2.2 "
      "saddrv6=::ffff:192.0.2.1 daddrv6=::ffff:192.0.2.2 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT";
  const std::string event = "x-1 [000] ..... 1.000000: " + std::string(kRecord);
  for (const std::string_view before : {"", " ", "\t", "\xef\xbb\xbf"}) {
    for (const std::string_view behind : {"", "\r", " ", "\t\r"}) {
      CAPTURE(before.size());
      CAPTURE(std::string(behind));
      const auto around = [&](std::string_view line) {
        return std::string(before) + std::string(line) + std::string(behind);
      };
      CHECK(transition(around(event)).to == ObservedState(State::syn_sent));
      CHECK(to_string(transition(around(kRecord)).remote.value()) == "192.0.2.2:2");
      CHECK(transition(around(R"({"from":"CLOSE","to":"SYN_SENT","socket":"a"})")).socket == "a");
      for (const std::string_view row : {"ffff9fd7e8192000 1 curl 192.0.2.1 1 192.0.2.2 2 CLOSE -> SYN_SENT 1.500",
                                         "ffff9fd7e8192000,1,curl,4,192.0.2.1,1,192.0.2.2,2,CLOSE,SYN_SENT,1.500"}) {
        const std::string line = around(row);
        const auto record = transition(line);
        CHECK(record.socket == "ffff9fd7e8192000");
        CHECK(record.dwell == EventTime(1500));
      }
      for (const std::string_view line : {"CPU:1 [LOST 37 EVENTS]", "CPU:1 [37 EVENTS DROPPED]",
                                          "Possibly lost 37 samples", "lost 37 events on CPU #1"}) {
        TransitionLog log;
        const LogRecord lost = log.decode(around(line));
        REQUIRE(std::holds_alternative<LostRecords>(lost));
        CHECK(std::get<LostRecords>(lost).count == 37);
      }
      for (const std::string_view line : {"# tracer: nop", " => tcp_set_state", "Tracing TCP state changes", ""}) {
        CHECK(is<OtherLine>(around(line)));
      }
    }
  }
}

TEST_CASE("every line of the recorded logs is a record or no matter") {
  for (const char* name : {"logs/trace.txt", "logs/trace-fields.txt", "logs/tcpstates.txt"}) {
    CAPTURE(name);
    std::size_t transitions = 0;
    for (const std::string& line : test::lines_of(test::fixture(name))) {
      CHECK_FALSE(is<BadLine>(line));
      transitions += is<Transition>(line) ? 1U : 0U;
    }
    CHECK(transitions == (std::string_view(name).ends_with("states.txt") ? 6 : 48));
  }
}

TEST_CASE("the name of a command in a table of tcpstates may look like columns") {
  const auto record = transition(
      "ffff9fd7e8195000 9312  a b -> c   2001:db8::1     443   2001:db8::2     40000 LISTEN      -> SYN_RECV    1.500");
  CHECK(record.socket == "ffff9fd7e8195000");
  CHECK(to_string(record.local.value()) == "[2001:db8::1]:443");
  CHECK(to_string(record.remote.value()) == "[2001:db8::2]:40000");
  CHECK(record.dwell == EventTime(1500));
}

TEST_CASE("a member of an inner object is no member of the record") {
  CHECK(is<BadLine>(R"({"type":"transition","x":{"from":"CLOSE","to":"LISTEN"}})"));
  const auto record =
      transition(R"({"type":"transition","from":"CLOSE","to":"LISTEN","x":{"from":"bad"},"socket":12})");
  CHECK(record.from == ObservedState(State::close));
  CHECK(record.socket == "12");
}

TEST_CASE("times of a log: RFC 3339 with an offset, and seconds") {
  const auto time = [](std::string_view text) {
    return transition(R"({"from":"CLOSE","to":"LISTEN","time":)" + std::string(text) + "}").time;
  };
  CHECK(time(R"("1970-01-01T00:00:01.5Z")") == EventTime(1'500'000));
  CHECK(time(R"("1970-01-01T01:00:01+01:00")") == EventTime(1'000'000));
  CHECK(time("2.25") == EventTime(2'250'000));
  CHECK(time("null") == std::nullopt);
  CHECK(is<BadLine>(R"({"from":"CLOSE","to":"LISTEN","time":"2026-02-30T00:00:00Z"})"));
  CHECK(is<BadLine>(R"({"from":"CLOSE","to":"LISTEN","time":"yesterday"})"));
}

TEST_CASE("the last line of a sample says whether it is whole") {
  TransitionLog log;
  const auto whole = [&](std::string_view more) {
    std::string all;
    for (const StateInfo& row : states()) {
      if (row.state != State::listen) all += (all.empty() ? "\"" : ",\"") + std::string(row.name) + "\"";
    }
    const LogRecord record =
        log.decode(R"({"type":"summary","states":[)" + all + R"(],"snapshot":3,)" + std::string(more) + "}");
    return std::get<SampleEnd>(record).whole;
  };
  CHECK(whole(R"("complete":true,"limited":false,"filtered":false)") == Whole::yes);
  CHECK(whole(R"("complete":false,"limited":false,"filtered":false)") == Whole::no);
  CHECK(whole(R"("complete":true,"limited":true,"filtered":false)") == Whole::no);
  CHECK(whole(R"("complete":true,"limited":false,"filtered":true)") == Whole::no);
  CHECK(whole(R"("complete":true)") == Whole::no);
  const std::string fine = R"("complete":true,"limited":false,"filtered":false,)";
  CHECK(whole(fine + R"("summary":{"by_family":{"ipv4":7,"ipv6":0}})") == Whole::yes);
  CHECK(whole(fine + R"("summary":{"by_family":{"ipv4":7,"ipv6":null}})") == Whole::no);
  const LogRecord some = log.decode(R"({"type":"summary","snapshot":1,"states":["SYN_RECV"],)" + fine + R"("x":1})");
  CHECK(std::get<SampleEnd>(some).whole == Whole::no);
  // Words of later versions, inside of what stands there now, are no states.
  const LogRecord deeper = log.decode(
      R"({"type":"summary","snapshot":1,"states":[["ESTABLISHED","SYN_SENT","SYN_RECV","FIN_WAIT1","FIN_WAIT2",)"
      R"("TIME_WAIT","CLOSE","CLOSE_WAIT","LAST_ACK","CLOSING"]],)" +
      fine + R"("x":1})");
  CHECK(std::get<SampleEnd>(deeper).whole == Whole::no);
}

/// "arrow LISTEN SYN_RECV": a kind of line that no log has.
constexpr LineKind kArrow{"arrows", [](std::string_view line) { return line.starts_with("arrow "); },
                          [](std::string_view line, LineText& text) -> LogRecord {
                            take_word(line);
                            Transition record;
                            record.from = observed_state(take_word(line)).value_or(ObservedState::absent());
                            record.to = observed_state(take_word(line)).value_or(ObservedState::absent());
                            text.socket = "the one";
                            record.socket = text.socket;
                            return record;
                          }};

TEST_CASE("a new kind of line is one entry of the table, and a line of no kind is told which there are") {
  constexpr const LineKind* kKinds[] = {&kArrow};
  TransitionLog log(kKinds);
  const auto record = std::get<Transition>(log.decode("arrow LISTEN SYN_RECV"));
  CHECK(record.from == ObservedState(State::listen));
  CHECK(record.to == ObservedState(State::syn_recv));
  CHECK(record.socket == "the one");
  CHECK(std::get<BadLine>(log.decode("{}")).why == "neither arrows");
  TransitionLog usual;
  CHECK(std::get<BadLine>(usual.decode("arrow LISTEN SYN_RECV")).why ==
        "neither ndjson nor a trace nor a table of tcpstates");
}

TEST_CASE("every kind of line has a name of its own, and recognizes no line of another") {
  const std::string_view lines[] = {
      R"({"from":"CLOSE","to":"LISTEN"})",
      "x-1 [000] ..... 1.000000: inet_sock_set_state: oldstate=TCP_CLOSE newstate=TCP_LISTEN",
      "ffff9fd7e8195000 9312 a 127.0.0.1 443 127.0.0.2 40000 LISTEN -> SYN_RECV 1.500"};
  REQUIRE(line_kinds().size() == std::size(lines));
  for (std::size_t i = 0; i < std::size(lines); ++i) {
    for (std::size_t kind = 0; kind < line_kinds().size(); ++kind) {
      CHECK(line_kinds()[kind]->recognizes(lines[i]) == (i == kind));
    }
  }
}

TEST_CASE("a last line without its newline is left out where its last word may have gone on") {
  const auto is_bad = [](std::string_view line, LogLineEnd end = LogLineEnd::nothing) {
    TransitionLog log;
    const LogRecord record = log.decode(line, end);
    REQUIRE((std::holds_alternative<BadLine>(record) || std::holds_alternative<Transition>(record)));
    return std::holds_alternative<BadLine>(record);
  };
  const std::string trace =
      "x-1 [000] 1.0: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 saddr=192.0.2.1 "
      "daddr=192.0.2.2 saddrv6=::ffff:192.0.2.1 daddrv6=::ffff:192.0.2.2 oldstate=TCP_ESTABLISHED newstate=";
  CHECK(is_bad(trace + "TCP_CLOSE"));  // of TCP_CLOSE_WAIT
  CHECK_FALSE(is_bad(trace + "TCP_CLOSE", LogLineEnd::newline));
  CHECK_FALSE(is_bad(trace + "TCP_CLOSE\r"));
  CHECK_FALSE(is_bad(trace + "TCP_CLOSE "));
  for (const char* state : {"TCP_CLOSE_WAIT", "TCP_FIN_WAIT1", "TCP_ESTABLISHED"}) CHECK_FALSE(is_bad(trace + state));
  CHECK(is_bad(trace + "TCP_FIN_WAIT"));
  const std::string fields = "x-1 [000] 1.0: inet_sock_set_state: skaddr=0xffff8881 oldstate=0x7 (7) newstate=0x1";
  CHECK(is_bad(fields));  // of 0x10, or not
  CHECK_FALSE(is_bad(fields + " (1)"));
  CHECK(is_bad(fields + " (1) sport=0xbb"));
  CHECK_FALSE(is_bad(fields + " (1) sport=0xbb (18"));
  const std::string row = "ffff9fd7e8192000 1 curl 192.0.2.1 2 192.0.2.2 80 ESTABLISHED -> FIN_WAIT1 176.0";
  CHECK(is_bad(row));
  CHECK_FALSE(is_bad(row + "42"));
  CHECK_FALSE(is_bad(R"({"from":"CLOSE","to":"SYN_SENT"})"));
}

}  // namespace
}  // namespace tcpstat::logs
