#include "machine/dwell.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

namespace tcpstat::machine {
namespace {

using enum State;
using namespace std::chrono_literals;
using Kind = DwellLimit::Kind;

constexpr KernelLimits kDefaults{.fin_timeout_s = 60,
                                 .synack_retries = 5,
                                 .syn_retries = 6,
                                 .syn_linear_timeouts = 4,
                                 .retries2 = 15,
                                 .orphan_retries = 0,
                                 .rto_max_ms = 120'000,
                                 .keepalive_time_s = 7200,
                                 .keepalive_probes = 9,
                                 .keepalive_interval_s = 75};

const DwellBound& bound(State state, std::string_view standing) {
  for (const DwellBound& row : dwell_bounds()) {
    if (row.state == state && row.standing.starts_with(standing)) return row;
  }
  FAIL("no such bound");
  return dwell_bounds().front();
}

TEST_CASE("bounds of a host that nobody tuned, and what was measured there") {
  struct Row {
    std::string_view standing;
    State state;
    std::chrono::milliseconds most;
    std::chrono::milliseconds measured;
  };
  constexpr Row kRows[] = {
      {"no answer", syn_sent, 131s, 134'200ms},
      {"a request", syn_recv, 63s, 64'100ms},
      {"a fast-open", syn_recv, 127s, 129'500ms},
      {"a simultaneous", syn_recv, 127s, 129'300ms},
      {"data", established, 924'600ms, 936'300ms},
      {"keepalive", established, 7875s, 7875s},
      {"closed by its process, the peer silent", fin_wait1, 102'200ms, 106'700ms},
      {"closed by its process, the peer answers", fin_wait1, 324'600ms, 331'900ms},
      {"shut down and still open here, the peer silent", fin_wait1, 924'600ms, 937'700ms},
      {"closed", fin_wait2, 60s, 60'200ms},
      {"fixed", time_wait, 60s, 60s},
      {"data", close_wait, 924'600ms, 936'100ms},
      {"closed", closing, 102'200ms, 107'700ms},
      {"closed", last_ack, 102'200ms, 106'100ms},
      {"shut down", last_ack, 924'600ms, 939'300ms},
  };
  for (const Row& row : kRows) {
    CAPTURE(name(row.state));
    CAPTURE(row.standing);
    const DwellLimit limit = bound(row.state, row.standing).limit(kDefaults);
    CHECK(limit.kind == Kind::bounded);
    CHECK(limit.most == row.most);
    CHECK(row.measured >= row.most);
    CHECK(row.measured <= with_timer_slack(limit.most));
  }
}

TEST_CASE("what has no bound says so") {
  for (const State state : {listen, close, established, close_wait}) {
    CAPTURE(name(state));
    CHECK(dwell_bound(state).limit(kDefaults).kind == Kind::no_bound);
  }
  CHECK(bound(fin_wait2, "shut down").limit(kDefaults).kind == Kind::no_bound);
  for (const State state : {fin_wait1, closing, last_ack}) {
    CHECK(bound(state, "shut down and still open here, the peer answers").limit(kDefaults).kind == Kind::no_bound);
    CHECK(bound(state, "data goes out before the FIN").limit(kDefaults).kind == Kind::no_bound);
  }
}

TEST_CASE("a bound whose sysctl could not be read is unknown") {
  for (const DwellBound& row : dwell_bounds()) {
    CAPTURE(name(row.state));
    const Kind kind = row.limit({}).kind;
    CHECK((kind == Kind::unknown) == !row.sysctls.empty());
  }
}

TEST_CASE("each bound names the sysctls that it follows, and the ordinary case comes first") {
  struct Row {
    State state;
    std::string_view sysctls;
  };
  constexpr Row kRows[] = {
      {syn_sent, "tcp_syn_retries, tcp_syn_linear_timeouts"},
      {syn_sent, ""},
      {syn_recv, "tcp_synack_retries"},
      {syn_recv, ""},
      {syn_recv, "tcp_synack_retries"},
      {syn_recv, "tcp_syn_retries"},
      {established, ""},
      {established, "tcp_retries2"},
      {established, "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
      {fin_wait1, "tcp_orphan_retries"},
      {fin_wait1, "tcp_orphan_retries"},
      {fin_wait1, "tcp_retries2"},
      {fin_wait1, ""},
      {fin_wait1, ""},
      {fin_wait2, "tcp_fin_timeout"},
      {fin_wait2, ""},
      {fin_wait2, "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
      {time_wait, ""},
      {close_wait, ""},
      {close_wait, "tcp_retries2"},
      {close_wait, "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
      {closing, "tcp_orphan_retries"},
      {closing, "tcp_orphan_retries"},
      {closing, "tcp_retries2"},
      {closing, ""},
      {closing, ""},
      {last_ack, "tcp_orphan_retries"},
      {last_ack, "tcp_orphan_retries"},
      {last_ack, "tcp_retries2"},
      {last_ack, ""},
      {last_ack, ""},
      {listen, ""},
      {close, ""},
  };
  const auto all = dwell_bounds();
  REQUIRE(all.size() == std::size(kRows));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].standing);
    CHECK(all[i].state == kRows[i].state);
    CHECK(all[i].sysctls == kRows[i].sysctls);
  }
}

TEST_CASE("keepalive ends a half-closed connection, too") {
  for (const State state : {established, fin_wait2, close_wait}) {
    CHECK(bound(state, "keepalive").limit(kDefaults).most == 7875s);
  }
}

TEST_CASE("keepalive needs all three of its sysctls, and no more probes than a kernel counts") {
  const auto most = [](const KernelLimits& limits) { return bound(established, "keepalive").limit(limits); };
  for (auto KernelLimits::*const one :
       {&KernelLimits::keepalive_time_s, &KernelLimits::keepalive_probes, &KernelLimits::keepalive_interval_s}) {
    KernelLimits limits = kDefaults;
    (limits.*one).reset();
    CHECK(most(limits).kind == Kind::unknown);
  }
  KernelLimits limits = kDefaults;
  limits.keepalive_time_s = 10;
  limits.keepalive_probes = 3;
  limits.keepalive_interval_s = 2;
  CHECK(most(limits).most == 16s);
}

TEST_CASE("the sysctls are followed") {
  KernelLimits limits = kDefaults;
  limits.syn_retries = 1;
  limits.syn_linear_timeouts = std::nullopt;  // before Linux 6.5
  CHECK(dwell_bound(syn_sent).limit(limits).most == 3s);
  limits.synack_retries = 0;
  CHECK(dwell_bound(syn_recv).limit(limits).most == 1s);
  // Requests do not follow tcp_rto_max_ms: measured on Linux 6.18.
  limits.synack_retries = 10;
  limits.rto_max_ms = 1'000;
  CHECK(dwell_bound(syn_recv).limit(limits).most == 607s);
  limits.rto_max_ms = 120'000;
  limits.fin_timeout_s = 0;
  CHECK(dwell_bound(fin_wait2).limit(limits).most == 700ms);
  limits.orphan_retries = 3;
  CHECK(dwell_bound(last_ack).limit(limits).most == 3s);
  limits.retries2 = 4'000'000'000;
  CHECK(bound(close_wait, "data").limit(limits).most > 1h);
}

TEST_CASE("the limit of timeouts is for sockets, and not for requests") {
  KernelLimits limits = kDefaults;
  limits.rto_max_ms = 10'000;
  CHECK(bound(State::syn_recv, "a request").limit(limits).most == std::chrono::seconds(63));
  CHECK(bound(State::syn_sent, "").limit(limits).most < bound(State::syn_sent, "").limit(kDefaults).most);
}

TEST_CASE("the longest that any socket stays: nothing where one case has no bound, or is not known") {
  KernelLimits limits;
  limits.synack_retries = 5;
  CHECK(longest_socket_dwell(State::syn_recv, limits) == std::nullopt);
  limits.syn_retries = 6;
  // A fast-open child and a crossed opening: 127 s, and a tenth for the timer wheel.
  CHECK(longest_socket_dwell(State::syn_recv, limits) == std::chrono::milliseconds(139'700));
  // The listener's TCP_DEFER_ACCEPT decides how long a request waits that was answered.
  CHECK(longest_dwell(State::syn_recv, limits) == std::nullopt);
  CHECK(longest_dwell(State::time_wait, {}) == std::chrono::seconds(66));
  // A FIN may wait behind data for as long as the peer takes some of it.
  for (const State state : {State::established, State::fin_wait1, State::fin_wait2, State::close_wait, State::closing,
                            State::last_ack, State::listen, State::close}) {
    CAPTURE(name(state));
    CHECK(longest_dwell(state, kDefaults) == std::nullopt);
  }
}

}  // namespace
}  // namespace tcpstat::machine
