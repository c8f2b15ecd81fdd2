#include "diagnose/timer_age.h"

#include <doctest/doctest.h>

#include <ostream>
#include <utility>
#include <vector>

#include "model/tcp_info.h"
#include "support/rows.h"

namespace tcpstat::diagnose {
namespace {

/// A connection whose timer runs, with what tcp_info tells of it.
struct TimedRow {
  std::vector<std::byte> info;
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 1024));

  TimedRow(std::optional<std::uint64_t> rto_ms, std::optional<std::uint64_t> backoff,
           std::optional<std::uint32_t> timer_ms, std::optional<std::uint64_t> last_ack_ms = {}) {
    if (rto_ms) set_tcp_info_value(info, tcp_info_field("rto_ms"), *rto_ms);
    if (backoff) set_tcp_info_value(info, tcp_info_field("backoff"), *backoff);
    if (last_ack_ms) set_tcp_info_value(info, tcp_info_field("last_ack_recv_ms"), *last_ack_ms);
    row.tcp_info = info;
    row.timer_ms = timer_ms;
  }
};

TEST_CASE("a window was probed for as long as the doubled intervals are, less what is left of the last") {
  struct Row {
    std::uint64_t rto_ms;
    std::uint64_t backoff;
    std::uint32_t timer_ms;
    std::uint64_t probed_ms;
  };
  for (const Row& row : {Row{200, 0, 50, 150}, Row{200, 0, 0, 200}, Row{200, 0, 200, 0}, Row{200, 0, 201, 0},
                         Row{200, 1, 50, 550}, Row{200, 3, 0, 3'000}, Row{200, 9, 0, 204'600},
                         // Two minutes is the most: 102.4 s, then 120 s each.
                         Row{200, 10, 0, 324'600}, Row{200, 11, 0, 444'600}, Row{120'000, 1, 0, 240'000},
                         Row{60'000, 2, 0, 300'000}, Row{200'000, 1, 0, 240'000}}) {
    CAPTURE(row.rto_ms);
    CAPTURE(row.backoff);
    CHECK(probed_ms(TimedRow(row.rto_ms, row.backoff, row.timer_ms).row, {}) == row.probed_ms);
  }
}

TEST_CASE("timeouts that were not doubled have passed, too") {
  const auto unanswered = [](std::uint32_t retransmits, std::optional<std::uint64_t> last_ack_ms = {}) {
    TimedRow timed(3'264, 4, 0, last_ack_ms);
    timed.row.retransmits = retransmits;
    return unanswered_ms(timed.row);
  };
  // 0.204 s doubled four times: 0.2 + 0.4 + … + 3.264 s.
  CHECK(unanswered(4) == 6'324);
  CHECK(unanswered(10) == 6'324 + 6 * 3'264);
  CHECK(unanswered(10, 13'000) == 13'000);
}

TEST_CASE("the most that an interval takes is the host's") {
  KernelLimits limits;
  limits.rto_max_ms = 1000;
  CHECK(probed_ms(TimedRow(400, 3, 0).row, limits) == 400 + 800 + 1000 + 1000);
}

TEST_CASE("an attempt to connect waits for no longer than the host's longest timeout") {
  Connection row =
      test::connection(State::syn_sent, test::endpoint("192.0.2.1", 40000), test::endpoint("198.51.100.7", 443));
  row.retransmits = 9;
  row.timer_ms = 1000;
  KernelLimits limits;
  limits.rto_max_ms = 5000;
  CHECK(connecting_ms(row, limits) == 5 * 1000 + 2000 + 4000 + 3 * 5000 - 1000);
  CHECK(connecting_ms(row, {}) == 5 * 1000 + 2000 + 4000 + 8000 + 16'000 + 32'000 - 1000);
}

TEST_CASE("data is unanswered for the intervals that passed, and no longer than since the last answer") {
  struct Row {
    std::uint64_t rto_ms;
    std::uint64_t backoff;
    std::uint32_t timer_ms;
    std::optional<std::uint64_t> last_ack_ms;
    std::uint64_t unanswered_ms;
  };
  for (const Row& row :
       {Row{200, 0, 50, {}, 150}, Row{400, 1, 0, {}, 600}, Row{3'200, 4, 2'000, {}, 4'200}, Row{3'200, 4, 6'200, {}, 0},
        Row{3'200, 4, 6'201, {}, 0}, Row{3'200, 4, 2'000, 4'199, 4'199}, Row{3'200, 4, 2'000, 4'201, 4'200},
        Row{3'200, 40, 0, {}, 6'400}, Row{3'200, 200, 0, {}, 6'400}}) {
    CAPTURE(row.rto_ms);
    CAPTURE(row.timer_ms);
    CHECK(unanswered_ms(TimedRow(row.rto_ms, row.backoff, row.timer_ms, row.last_ack_ms).row) == row.unanswered_ms);
  }
}

TEST_CASE("without tcp_info or a timer no age is known") {
  for (const TimedRow& row : {TimedRow({}, {}, 5), TimedRow(200, 2, {})}) {
    CHECK_FALSE(probed_ms(row.row, {}).has_value());
    CHECK_FALSE(unanswered_ms(row.row).has_value());
  }
}

}  // namespace
}  // namespace tcpstat::diagnose
