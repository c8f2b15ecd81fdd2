#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

LineText text;

/// One record of the trace, with some of its fields.
std::string event(std::string_view fields, std::string_view head = "x-1 [000] ..... 6300.358534: ") {
  return std::string(head) + "inet_sock_set_state: " + std::string(fields);
}

const std::string kStates = " oldstate=TCP_CLOSE newstate=TCP_LISTEN";

template <typename Kind>
const Kind* decoded(const LogRecord& record) {
  return std::get_if<Kind>(&record);
}

TEST_CASE("what a trace says that it lost is counted, and is one record at least") {
  struct Row {
    std::string_view line;
    std::uint64_t count;
  };
  for (const Row& row : {Row{"CPU:1 [LOST 12 EVENTS]", 12}, Row{"CPU:1 [LOST 1 EVENTS]", 1},
                         Row{"CPU:1 [LOST 99999999999999999999 EVENTS]", UINT64_MAX}, Row{"CPU:0 [LOST EVENTS]", 1},
                         Row{"CPU:12 [LOST many EVENTS]", 1}, Row{"CPU:7 [204600 EVENTS DROPPED]", 204600},
                         Row{"CPU:7 [EVENTS DROPPED]", 1},
                         Row{"         python3 20196 [001] 19177.978387: PERF_RECORD_LOST lost 21", 21}}) {
    CAPTURE(row.line);
    REQUIRE(trace_line.recognizes(row.line));
    const LogRecord record = trace_line.decode(row.line, text);
    REQUIRE(decoded<LostRecords>(record) != nullptr);
    CHECK(decoded<LostRecords>(record)->count == row.count);
  }
  for (const std::string_view line : {"[LOST 12 EVENTS]", "CPU:1 [LOST 12 EVENTS", "CPU:1 LOST 12 EVENTS]",
                                      "CPU: [LOST 12 EVENTS]", "CPU:x [LOST EVENTS]", "CPU:1 [12 EVENTS LOST]"}) {
    CAPTURE(line);
    CHECK_FALSE(trace_line.recognizes(line));
  }
}

TEST_CASE("other events of a trace and stack traces are known, and no matter") {
  for (const std::string_view line :
       {"x-1 [000] ..... 1.000000: tcp_probe: family=AF_INET", " => tcp_set_state", "\t=> tcp_set_state",
        "x 1 [001] 1.0: PERF_RECORD_LOST_SAMPLES x", "cpus=2", "CPU 1 is empty", "version = 6",
        "x-1 [000] d.s. 12.5: sched_switch: prev_comm=a: b"}) {
    CAPTURE(line);
    REQUIRE(trace_line.recognizes(line));
    CHECK(std::holds_alternative<OtherLine>(trace_line.decode(line, text)));
  }
  for (const std::string_view line : {"1.0: x", "a: b: c", "nothing at all", ": : :"}) {
    CAPTURE(line);
    CHECK(trace_line.recognizes(line) == (line == "1.0: x"));
  }
}

TEST_CASE("a protocol is TCP, MPTCP, or that of other tables of states") {
  struct Row {
    std::string_view protocol;
    bool taken;
    Protocol as;
  };
  for (const Row& row :
       {Row{"", true, Protocol::tcp}, Row{"protocol=IPPROTO_TCP ", true, Protocol::tcp},
        Row{"protocol=0x6 (6) ", true, Protocol::tcp}, Row{"protocol=6 ", true, Protocol::tcp},
        Row{"protocol=IPPROTO_MPTCP ", true, Protocol::mptcp}, Row{"protocol=0x106 (262) ", true, Protocol::mptcp},
        Row{"protocol=262 ", true, Protocol::mptcp}, Row{"protocol=IPPROTO_DCCP ", false, Protocol::tcp},
        Row{"protocol=0x84 (132) ", false, Protocol::tcp}}) {
    CAPTURE(row.protocol);
    const LogRecord record = trace_line.decode(event(std::string(row.protocol) + kStates), text);
    const auto* found = decoded<Transition>(record);
    REQUIRE((found != nullptr) == row.taken);
    if (found != nullptr) CHECK(found->protocol == row.as);
  }
}

TEST_CASE("states are names or numbers of the kernel, request sockets included; others make a bad line") {
  const auto states = [](std::string_view before, std::string_view after) {
    return trace_line.decode(event("oldstate=" + std::string(before) + " newstate=" + std::string(after)), text);
  };
  const LogRecord numbered = states("0xc", "0x1");
  REQUIRE(decoded<Transition>(numbered) != nullptr);
  CHECK(decoded<Transition>(numbered)->from == ObservedState::request());
  CHECK(decoded<Transition>(numbered)->to == ObservedState(State::established));
  const LogRecord bound = states("0xd", "0xa");
  REQUIRE(decoded<Transition>(bound) != nullptr);
  CHECK_MESSAGE(decoded<Transition>(bound)->from == ObservedState(State::close), "TCP_BOUND_INACTIVE");
  for (const auto& [before, after] : {std::pair("0x0", "0x1"),
                                      {"0x1", "0xe"},

                                      {"TCP_CLOSE", "half-open"},
                                      {"", "TCP_CLOSE"},
                                      {"0x", "0x1"},
                                      {"0x1", "0x1z"}}) {
    CAPTURE(std::string(before));
    CAPTURE(std::string(after));
    CHECK(std::holds_alternative<BadLine>(states(before, after)));
  }
  CHECK(std::holds_alternative<BadLine>(trace_line.decode(event("sport=1"), text)));
}

TEST_CASE("two records in one line are a bad line, wherever the first one was cut") {
  const std::string first =
      event("family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 saddr=192.0.2.1 daddr=192.0.2.2" + kStates);
  const std::string second = event("family=AF_INET" + kStates, "y-2 [001] ..... 6300.358540: ");
  CHECK(decoded<Transition>(trace_line.decode(first, text)) != nullptr);
  for (std::size_t size = first.find("protocol"); size <= first.size(); ++size) {
    CAPTURE(size);
    const std::string line = first.substr(0, size) + second;
    REQUIRE(trace_line.recognizes(line));
    const LogRecord record = trace_line.decode(line, text);
    REQUIRE(decoded<BadLine>(record) != nullptr);
    CHECK(decoded<BadLine>(record)->why == "another record in the same line");
  }
}

TEST_CASE("ends need an address and a port that can be") {
  const auto local = [](std::string_view fields) {
    const LogRecord record = trace_line.decode(event(std::string(fields) + kStates), text);
    REQUIRE(decoded<Transition>(record) != nullptr);
    const auto& end = decoded<Transition>(record)->local;
    return end ? to_string(*end) : std::string("none");
  };
  CHECK(local("family=AF_INET sport=80 saddr=192.0.2.1") == "192.0.2.1:80");
  CHECK(local("family=0x2 (2) sport=0xffff (65535) saddr=0x10200c0 (16909504)") == "192.0.2.1:65535");
  CHECK(local("family=AF_INET saddr=192.0.2.1") == "none");
  CHECK(local("family=AF_INET sport=80") == "none");
  CHECK(local("family=0x2 (2) sport=80 saddr_v6=<INVALID-SIZE>") == "none");
  for (const std::string_view family : {"AF_INET6", "0xa", "10"}) {
    CHECK(local("family=" + std::string(family) + " sport=80 saddr=0.0.0.0 saddrv6=2001:db8::1") == "[2001:db8::1]:80");
  }
}

TEST_CASE("an end that cannot be makes a bad line, whichever of its fields it is") {
  const std::string good =
      "family=AF_INET sport=80 dport=9 saddr=192.0.2.1 daddr=192.0.2.2 saddrv6=::ffff:192.0.2.1 "
      "daddrv6=::ffff:192.0.2.2";
  CHECK(std::holds_alternative<Transition>(trace_line.decode(event(good + kStates), text)));
  for (const auto& [field, value] : {std::pair("sport=80", "sport=80000"),
                                     {"sport=80", "sport="},
                                     {"dport=9", "dport=-1"},
                                     {"dport=9", "dport=http"},
                                     {"dport=9", "dport=0x"},
                                     {"saddr=192.0.2.1", "saddr=192.0.2.999"},
                                     {"daddr=192.0.2.2", "daddr=::1"},
                                     {"saddr=192.0.2.1", "saddr=0x1ffffffff"},
                                     {"saddrv6=::ffff:192.0.2.1", "saddrv6=::ffff:192.0.2.999"},
                                     {"daddrv6=::ffff:192.0.2.2", "daddrv6=192.0.2.2"},
                                     {"family=AF_INET", "family=AF_UNIX"}}) {
    CAPTURE(value);
    std::string fields = good;
    fields.replace(fields.find(field), std::string_view(field).size(), value);
    const LogRecord record = trace_line.decode(event(fields + kStates), text);
    REQUIRE(decoded<BadLine>(record) != nullptr);
    CHECK(decoded<BadLine>(record)->why == "an address or a port that cannot be");
  }
}

TEST_CASE("the time stands before the event, with or without the subsystem's name") {
  const auto time = [](std::string_view head) {
    const LogRecord record = trace_line.decode(event(kStates, head), text);
    REQUIRE(decoded<Transition>(record) != nullptr);
    return decoded<Transition>(record)->time;
  };
  CHECK(time("x-1 [000] ..... 6300.358534: ") == EventTime(6'300'358'534));
  CHECK(time("x 1 [000] 12.000001: sock: ") == EventTime(12'000'001));
  CHECK(time("") == std::nullopt);
  CHECK(time("no time here: ") == std::nullopt);
}

}  // namespace
}  // namespace tcpstat::logs
