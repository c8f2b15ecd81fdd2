#include "parsers/bpf/minisockets.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::bpf {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint8_t kRequest = 12;
constexpr std::uint8_t kFinWait2 = 5;
constexpr std::uint8_t kTimeWait = 6;

ring_record timer(ring_record_kind kind, std::uint64_t address, std::uint8_t state, std::uint64_t ms,
                  ring_end end = RING_ENDS_NONE) {
  ring_record out{};
  out.kind = static_cast<__u8>(kind);
  out.socket = address;
  out.from = state;
  out.time = ms * kMs;
  out.reason = static_cast<__u8>(end);
  out.remote_port = 1;
  return out;
}

/// "request SYN_RECV>ABSENT 5ms expired; …"
struct Told {
  Minisockets sockets;
  std::string text;

  void add(const ring_record& record) {
    sockets.add(record, [this](const Minisockets::Step& step) { tell(step); });
  }
  void settle(std::uint64_t ms) {
    sockets.settle(ms * kMs, [this](const Minisockets::Step& step) { tell(step); });
  }
  void tell(const Minisockets::Step& step) {
    if (!text.empty()) text += "; ";
    text += std::string(name(step.body)) + " " + std::string(name(step.from)) + ">" + std::string(name(step.to));
    if (step.lasted_ns) text += " " + std::to_string(*step.lasted_ns / kMs) + "ms";
    if (step.end) text += " " + std::string(name(*step.end));
  }
};

TEST_CASE("a request that becomes a connection") {
  Told told;
  told.add(timer(RING_TIMER_STARTED, 1, kRequest, 10));
  told.add(timer(RING_TIMER_CANCELLED, 1, kRequest, 12, RING_ENDS_COMPLETED));
  CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 2ms completed");
}

TEST_CASE("a request that nobody answers: its timer fires and starts again, until it does not") {
  Told told;
  told.add(timer(RING_TIMER_STARTED, 1, kRequest, 0));
  for (const std::uint64_t ms : {1000U, 3000U}) {
    told.add(timer(RING_TIMER_CANCELLED, 1, kRequest, ms));
    told.add(timer(RING_TIMER_EXPIRES, 1, kRequest, ms, RING_ENDS_EXPIRED));
    told.add(timer(RING_TIMER_STARTED, 1, kRequest, ms));
    told.add(timer(RING_TIMER_EXPIRED, 1, 0, ms));
    told.settle(ms + 500);
  }
  CHECK(told.text == "request ABSENT>SYN_RECV");
  told.add(timer(RING_TIMER_CANCELLED, 1, kRequest, 7000));
  SUBCASE("expired") {
    told.add(timer(RING_TIMER_EXPIRES, 1, kRequest, 7000, RING_ENDS_EXPIRED));
    told.add(timer(RING_TIMER_EXPIRED, 1, 0, 7000));
    CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 7000ms expired");
  }
  SUBCASE("pruned") {
    told.add(timer(RING_TIMER_EXPIRES, 1, kRequest, 7000, RING_ENDS_PRUNED));
    told.add(timer(RING_TIMER_EXPIRED, 1, 0, 7000));
    CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 7000ms pruned");
  }
  SUBCASE("its listener is gone") {
    told.add(timer(RING_TIMER_EXPIRES, 1, kRequest, 7000, RING_ENDS_LISTENER_GONE));
    told.add(timer(RING_TIMER_EXPIRED, 1, 0, 7000));
    CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 7000ms listener-gone");
  }
  told.settle(60'000);
  CHECK(told.text.find(';') == told.text.rfind(';'));
}

TEST_CASE("one that is cancelled and does not start again was reset; one that does was not") {
  Told told;
  told.add(timer(RING_TIMER_STARTED, 1, kRequest, 0));
  told.add(timer(RING_TIMER_CANCELLED, 1, kRequest, 100));
  SUBCASE("reset") {
    told.settle(149);
    CHECK(told.text == "request ABSENT>SYN_RECV");
    told.settle(150);
    CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 100ms reset");
  }
  SUBCASE("the client repeats its SYN") {
    told.add(timer(RING_TIMER_STARTED, 1, kRequest, 101));
    told.settle(1000);
    CHECK(told.text == "request ABSENT>SYN_RECV");
  }
  SUBCASE("the next request gets the same memory") {
    ring_record next = timer(RING_TIMER_STARTED, 1, kRequest, 101);
    SUBCASE("with another first number") { next.isn = 7; }
    SUBCASE("from another port") { next.remote_port = 7; }
    SUBCASE("to another port") { next.local_port = 7; }
    SUBCASE("from another address") { next.addresses[31] = 7; }
    told.add(next);
    told.settle(1000);
    CHECK(told.text == "request ABSENT>SYN_RECV; request SYN_RECV>ABSENT 100ms reset; request ABSENT>SYN_RECV");
  }
}

TEST_CASE("a time-wait socket: by time, refreshed, cut short, and from FIN_WAIT2") {
  Told told;
  const std::string born = "time_wait ABSENT>TIME_WAIT";
  SUBCASE("by time") {
    told.add(timer(RING_TIMER_STARTED, 1, kTimeWait, 0));
    told.add(timer(RING_TIMER_CANCELLED, 1, kTimeWait, 60'000));
    told.add(timer(RING_TIMER_EXPIRES, 1, kTimeWait, 60'000, RING_ENDS_EXPIRED));
    told.settle(90'000);
    CHECK(told.text == born + "; time_wait TIME_WAIT>ABSENT 60000ms expired");
  }
  SUBCASE("refreshed, then cut short") {
    told.add(timer(RING_TIMER_STARTED, 1, kTimeWait, 0));
    told.add(timer(RING_TIMER_CANCELLED, 1, kTimeWait, 500));
    told.add(timer(RING_TIMER_STARTED, 1, kTimeWait, 500));
    told.settle(900);
    told.add(timer(RING_TIMER_CANCELLED, 1, kTimeWait, 1000));
    told.settle(1100);
    CHECK(told.text == born + "; time_wait TIME_WAIT>ABSENT 1000ms cut-short");
  }
  SUBCASE("an orphan that gets its FIN") {
    told.add(timer(RING_TIMER_STARTED, 1, kFinWait2, 0));
    told.add(timer(RING_TIMER_CANCELLED, 1, kTimeWait, 20));
    told.add(timer(RING_TIMER_STARTED, 1, kTimeWait, 20));
    told.add(timer(RING_TIMER_EXPIRES, 1, kTimeWait, 50, RING_ENDS_EXPIRED));
  }
  if (told.text.find("FIN_WAIT2") != std::string::npos) {
    CHECK(told.text ==
          "time_wait ABSENT>FIN_WAIT2; time_wait FIN_WAIT2>TIME_WAIT 20ms; time_wait TIME_WAIT>ABSENT 30ms expired");
  }
}

TEST_CASE("what lived before the trace has no beginning, and behind a loss nothing is known") {
  Told told;
  told.add(timer(RING_TIMER_EXPIRES, 1, kTimeWait, 10, RING_ENDS_EXPIRED));
  CHECK(told.text == "time_wait TIME_WAIT>ABSENT expired");
  told.add(timer(RING_TIMER_STARTED, 2, kRequest, 10));
  told.add(timer(RING_TIMER_CANCELLED, 2, kRequest, 20));
  told.sockets.lost();
  told.settle(1000);
  told.add(timer(RING_TIMER_EXPIRED, 2, 0, 2000));
  CHECK(told.text == "time_wait TIME_WAIT>ABSENT expired; request ABSENT>SYN_RECV");
}

TEST_CASE("a request whose first SYN+ACK the kernel remembers has a beginning that no record told") {
  const auto answered = [](ring_record record) {
    record.began_ns = 4 * kMs;
    return record;
  };
  Told told;
  SUBCASE("reset") {
    told.add(answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 10)));
    told.settle(100);
    CHECK(told.text == "request SYN_RECV>ABSENT 6ms reset");
  }
  SUBCASE("it starts anew, and then runs out") {
    told.add(answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 10)));
    told.add(answered(timer(RING_TIMER_STARTED, 1, kRequest, 10)));
    told.settle(100);
    CHECK(told.text.empty());
    told.add(answered(timer(RING_TIMER_EXPIRES, 1, kRequest, 3004, RING_ENDS_EXPIRED)));
    told.add(timer(RING_TIMER_EXPIRED, 1, 0, 3004));
    CHECK(told.text == "request SYN_RECV>ABSENT 3000ms expired");
  }
  SUBCASE("the next one in the same memory is reset, too") {
    told.add(answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 10)));
    ring_record next = answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 20));
    next.isn = 7;
    next.began_ns = 15 * kMs;
    told.add(next);
    told.settle(100);
    CHECK(told.text == "request SYN_RECV>ABSENT 6ms reset; request SYN_RECV>ABSENT 5ms reset");
  }
  SUBCASE("it starts anew, is completed untold, and its memory is another one's") {
    told.add(answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 10)));
    told.add(answered(timer(RING_TIMER_STARTED, 1, kRequest, 10)));
    ring_record next = answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 20));
    next.isn = 7;
    told.add(next);
    told.settle(100);
    CHECK(told.text == "request SYN_RECV>ABSENT 16ms reset");
  }
  SUBCASE("a start alone that is not its first") {
    told.add(answered(timer(RING_TIMER_STARTED, 1, kRequest, 10)));
    CHECK(told.text.empty());
    told.add(answered(timer(RING_TIMER_CANCELLED, 1, kRequest, 12, RING_ENDS_COMPLETED)));
    CHECK(told.text == "request SYN_RECV>ABSENT 8ms completed");
  }
}

TEST_CASE("no more than a stated number are followed") {
  Told told{Minisockets(2), {}};
  for (const std::uint64_t address : {1U, 2U, 3U}) told.add(timer(RING_TIMER_STARTED, address, kTimeWait, 0));
  for (const std::uint64_t address : {1U, 2U, 3U}) {
    told.add(timer(RING_TIMER_EXPIRES, address, kTimeWait, 5, RING_ENDS_EXPIRED));
  }
  CHECK(told.text ==
        "time_wait ABSENT>TIME_WAIT; time_wait ABSENT>TIME_WAIT; time_wait TIME_WAIT>ABSENT 5ms expired; "
        "time_wait TIME_WAIT>ABSENT 5ms expired; time_wait TIME_WAIT>ABSENT expired");
}

}  // namespace
}  // namespace tcpstat::bpf
