#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::counted;

TEST_CASE("client liveness: weights at their limits") {
  using Facts = KernelFacts;
  const auto alive = [](std::uint64_t retransmits, std::uint64_t timeouts) {
    return [=](Facts& f) {
      f.counters.syn_retrans = retransmits;
      f.counters.tcp_timeouts = timeouts;
    };
  };
  CHECK_FALSE(counted(alive(20, 14), "syn_retransmits_per_timeout").has_value());
  CHECK(counted(alive(115, 100), "syn_retransmits_per_timeout")->weight == 0);
  CHECK(counted(alive(116, 100), "syn_retransmits_per_timeout")->weight == -2);
}

TEST_CASE("SYN+ACKs that are sent more often than timers ran out are answers to repeated SYNs") {
  struct Row {
    std::uint64_t retransmits;  ///< in five seconds
    std::uint64_t timeouts;
    std::string_view told;
    Answer alive;
  };
  for (const Row& row :
       {Row{15, 15, "1 > 1.15 ratio, 0, /proc/net/netstat", Answer::no},
        Row{23, 20, "1.15 > 1.15 ratio, 0, /proc/net/netstat", Answer::no},
        Row{30, 20, "1.5 > 1.15 ratio, -2, /proc/net/netstat", Answer::yes},
        Row{0, 20, "0 > 1.15 ratio, 0, /proc/net/netstat", Answer::no}, Row{90, 14, "nothing", Answer::unknown}}) {
    CAPTURE(row.timeouts);
    Asked asked;
    asked.input.facts.counters.syn_retrans = row.retransmits;
    asked.input.facts.counters.tcp_timeouts = row.timeouts;
    asked.ask_host(client_liveness::heuristic);
    CHECK(asked.told("syn_retransmits_per_timeout") == row.told);
    CHECK(asked.signals.clients_alive == row.alive);
  }
  for (auto KernelCounters::*const counter : {&KernelCounters::tcp_timeouts, &KernelCounters::syn_retrans}) {
    Asked asked;
    asked.input.facts.counters.syn_retrans = asked.input.facts.counters.tcp_timeouts = 90;
    (asked.input.facts.counters.*counter).reset();
    asked.ask_host(client_liveness::heuristic);
    CHECK(asked.signals.clients_alive == Answer::unknown);
  }
}

}  // namespace
}  // namespace tcpstat::detect
