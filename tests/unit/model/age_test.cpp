#include "model/age.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat {
namespace {

using Age = std::optional<std::uint64_t>;

TEST_CASE("ages come from the kernel's own timers, or not at all") {
  struct Row {
    std::string_view name;
    State state;
    bool minisocket;
    std::optional<std::uint32_t> timer_ms;
    std::optional<std::uint32_t> passed;
    std::optional<std::uint32_t> fin_timeout_s;
    std::optional<std::uint32_t> synack_retries;
    Age age;
  };
  constexpr auto kNone = std::nullopt;
  constexpr Row kRows[] = {
      {"TIME_WAIT: 60 s less what is left", State::time_wait, true, 59'000, 0, kNone, kNone, 1'000},
      {"TIME_WAIT that just began", State::time_wait, true, 60'000, 0, kNone, kNone, 0},
      {"TIME_WAIT at its end", State::time_wait, true, 0, 0, kNone, kNone, 60'000},
      {"TIME_WAIT that lasts longer than 60 s", State::time_wait, true, 60'001, 0, kNone, kNone, kNone},
      {"TIME_WAIT without a timer", State::time_wait, true, kNone, 0, kNone, kNone, kNone},

      {"FIN_WAIT2 without owner", State::fin_wait2, true, 40'000, 0, 60, kNone, 20'000},
      {"FIN_WAIT2, a shorter tcp_fin_timeout", State::fin_wait2, true, 10'000, 0, 15, kNone, 5'000},
      {"FIN_WAIT2, the timer exceeds it", State::fin_wait2, true, 15'001, 0, 15, kNone, kNone},
      {"FIN_WAIT2, unknown sysctl", State::fin_wait2, true, 10'000, 0, kNone, 5, kNone},
      {"FIN_WAIT2 with an owner", State::fin_wait2, false, 10'000, 0, 60, 5, kNone},

      {"a request, nothing passed", State::syn_recv, true, 400, 0, kNone, 5, 600},
      {"a request, one timeout", State::syn_recv, true, 1'500, 1, kNone, 5, 1'500},
      {"a request, five timeouts", State::syn_recv, true, 0, 5, kNone, 5, 63'000},
      {"a request, seven: the timeout stops at 120 s", State::syn_recv, true, 20'000, 7, kNone, 10, 227'000},
      {"a request, eight", State::syn_recv, true, 0, 8, kNone, 10, 367'000},
      {"a request that counted too far", State::syn_recv, true, 1'000, 6, kNone, 5, kNone},
      {"a request whose timer is longer than its time", State::syn_recv, true, 1'001, 0, kNone, 5, kNone},
      {"a request, unknown sysctl", State::syn_recv, true, 400, 0, 60, kNone, kNone},
      {"a request, unknown counter", State::syn_recv, true, 400, kNone, 60, 5, kNone},
      {"a Fast Open child", State::syn_recv, false, 400, 0, 60, 5, kNone},

      {"SYN_SENT", State::syn_sent, false, 1'000, 1, 60, 5, kNone},
      {"ESTABLISHED", State::established, false, 7'000'000, 0, 60, 5, kNone},
      {"LAST_ACK", State::last_ack, false, 1'000, 1, 60, 5, kNone},
      {"CLOSE_WAIT", State::close_wait, false, kNone, 0, 60, 5, kNone},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Connection connection = test::connection(row.state, {}, {});
    connection.minisocket = row.minisocket;
    connection.timer_ms = row.timer_ms;
    connection.retransmits = row.passed;
    CHECK(estimate_age(connection, test::age_limits(row.fin_timeout_s, row.synack_retries)) == row.age);
  }
}

TEST_CASE("no counter makes the work or the age overflow") {
  for (const std::uint32_t passed : {100U, 254U, 255U}) {
    Connection connection = test::connection(State::syn_recv, {}, {});
    connection.minisocket = true;
    connection.timer_ms = 0;
    connection.retransmits = passed;
    CHECK(estimate_age(connection, test::age_limits(60, 255)) == 247'000U + 120'000U * (passed - 7U));
  }
}

}  // namespace
}  // namespace tcpstat
