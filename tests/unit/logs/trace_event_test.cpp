#include "parsers/logs/trace_event.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

constexpr std::string_view kFields =
    "family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 saddr=192.0.2.1 daddr=192.0.2.2 saddrv6=::ffff:192.0.2.1 "
    "daddrv6=::ffff:192.0.2.2 oldstate=TCP_ESTABLISHED newstate=TCP_LISTEN";

/// A name as wide as it is printed.
std::string wide(std::string_view name) { return std::string(16 - name.size(), ' ') + std::string(name); }

/// Lines of a process of this name, before the name of the event: of trace, of perf(1), and without the blanks of either.
std::vector<std::string> heads(std::string_view name) {
  return {wide(name) + "-1       [000] ..s2. 6300.000002: ", wide(name) + "     123 [001]  6300.000002: sock:",
          std::string(name) + "-1 [000] ..s2. 6300.000002: "};
}

LogRecord decoded(const std::string& line) {
  static TransitionLog log;
  return log.decode(line);
}

constexpr std::string_view kHostileNames[] = {"#evil",
                                              "#",
                                              "{x",
                                              "{",
                                              "{}",
                                              "# tracer: nop",
                                              "[LOST 5 EVENTS]",
                                              "CPU:1 [LOST ",
                                              "CPU 1 is empty",
                                              "tcp_set_state: ",
                                              "tcp_set_state: =",
                                              "1.0: sched: ",
                                              "-1 [0] 1.0: a: ",
                                              "a -> b",
                                              " => x",
                                              "Tracing",
                                              "Possibly lost ",
                                              "protocol=132",
                                              "newstate=99",
                                              "a\tb",
                                              "x-1 [000] ..",
                                              "cpus=2"};

TEST_CASE("whatever a process is called, its records are judged") {
  for (const std::string_view hostile : kHostileNames) {
    const std::string_view name = hostile.substr(0, 15);
    for (const std::string& head : heads(name)) {
      const std::string line = head + "inet_sock_set_state: " + std::string(kFields);
      CAPTURE(line);
      const LogRecord record = decoded(line);
      REQUIRE(std::holds_alternative<Transition>(record));
      CHECK(std::get<Transition>(record).from == ObservedState(State::established));
      CHECK(std::get<Transition>(record).to == ObservedState(State::listen));
      CHECK(to_string(std::get<Transition>(record).local.value()) == "192.0.2.1:1");
      CHECK(std::get<Transition>(record).time == EventTime(6'300'000'002));
    }
  }
}

TEST_CASE("whatever a process is called, other events make no record of it, and no fault") {
  for (const std::string_view hostile : kHostileNames) {
    const std::string name = wide(hostile.substr(0, 15));
    for (const std::string_view event :
         {"sched_switch: prev_comm= oldstate=1 x prev_pid=1 ==> next_comm= newstate=10 x next_pid=2",
          "sched_wakeup: comm=tcp_set_state:  pid=1",
          "tracing_mark_write: 1.0: inet_sock_set_state: oldstate=1 newstate=10"}) {
      const std::string line = name + "-1       [000] ..s2. 6300.000002: " + std::string(event);
      CAPTURE(line);
      CHECK(std::holds_alternative<OtherLine>(decoded(line)));
    }
  }
}

TEST_CASE("a record without the name of its event begins behind the process and the time") {
  for (const std::string_view name : {"protocol=132", "newstate=99", "sport=x", "oldstate=TCP_"}) {
    const std::string line = wide(name) + "    1234 6300.000002: " + std::string(kFields);
    CAPTURE(line);
    const LogRecord record = decoded(line);
    REQUIRE(std::holds_alternative<Transition>(record));
    CHECK(std::get<Transition>(record).to == ObservedState(State::listen));
    CHECK(std::get<Transition>(record).time == EventTime(6'300'000'002));
  }
}

TEST_CASE("a comment holds no record, and an object is one whatever stands in it") {
  for (const std::string_view line : {"# tracer: nop", "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION",
                                      "# a -> b", "  # 1.0: x", "# inet_sock_set_state: oldstate=%s newstate=%s"}) {
    CAPTURE(line);
    CHECK(std::holds_alternative<OtherLine>(decoded(std::string(line))));
  }
  const std::string object =
      R"({"from":"CLOSE","to":"LISTEN","x":" x-1 [000] 1.0: inet_sock_set_state: )" + std::string(kFields) + "\"}";
  const LogRecord record = decoded(object);
  REQUIRE(std::holds_alternative<Transition>(record));
  CHECK(std::get<Transition>(record).from == ObservedState(State::close));
  const LogRecord near = decoded(R"({"x":"a-1 b","from":"CLOSE","to":"LISTEN","y":" 1.0: inet_sock_set_state: a=b"})");
  CHECK(std::holds_alternative<Transition>(near));
  CHECK(std::holds_alternative<BadLine>(decoded(object.substr(0, object.size() - 2))));
}

TEST_CASE("a row of tcpstates is none of a trace, whatever the command is called") {
  for (const std::string_view name : {"1:", "1.0: x", "1.0: x: y", "tcp_set_state: ", "#x", "oldstate="}) {
    CAPTURE(name);
    for (const std::string& row :
         {"ffff9fd7e8192000 22384 " + std::string(name) + " 192.0.2.1 1 192.0.2.2 2 ESTABLISHED -> LISTEN 1.500",
          "ffff9fd7e8192000,22384," + std::string(name) + ",4,192.0.2.1,1,192.0.2.2,2,ESTABLISHED,LISTEN,1.500"}) {
      const LogRecord record = decoded(row);
      REQUIRE(std::holds_alternative<Transition>(record));
      CHECK(std::get<Transition>(record).to == ObservedState(State::listen));
    }
  }
}

TEST_CASE("times are seconds, or microseconds with the marks of a latency trace") {
  for (const std::string_view line :
       {" python3-9269      0..... 16383005395us+: sched_switch: x",
        " python3-9269      0..... 16383005395us : tcp_probe: x",
        " python3-9269      0..... 12us!: sched_switch: oldstate=1 newstate=2", " 12.000001: sched:sched_switch: x"}) {
    CAPTURE(line);
    CHECK(looks_like_event(line));
    CHECK_FALSE(trace_event(line));
  }
  for (const std::string_view line : {"it took 1.5: fine", "10:15:22: x", "x-1 [000] 1.5:", "12us x"}) {
    CAPTURE(line);
    CHECK_FALSE(looks_like_event(line));
  }
}

}  // namespace
}  // namespace tcpstat::logs
