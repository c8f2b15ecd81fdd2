#include "survey/mptcp_count.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/fake_host.h"

namespace tcpstat::survey {
namespace {

Connection mptcp_row(std::uint16_t port, bool subflow) {
  Connection out =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port));
  if (subflow) out.ulp = {'m', 'p', 't', 'c', 'p'};
  return out;
}

TEST_CASE("connections of MPTCP are counted, then their subflows among those of TCP") {
  test::FakeHost host;
  host.dumps = {{.connections = {mptcp_row(1, false), mptcp_row(2, false)}, .listeners = {Listener{}}},
                {.connections = {mptcp_row(1, true), mptcp_row(2, true), mptcp_row(3, true), mptcp_row(4, false)}}};
  const auto counts = count_mptcp(host, {});
  REQUIRE(counts);
  CHECK(counts->connections == 2);
  CHECK(counts->subflows == 3);
  CHECK_FALSE(host.last_query.mptcp);
  CHECK(host.last_query.parts.tcp_info);
}

TEST_CASE("where there is none, nobody looks for subflows") {
  test::FakeHost host;
  const auto counts = count_mptcp(host, {});
  REQUIRE(counts);
  CHECK(counts->connections == 0);
  CHECK(host.calls.size() == 1);
  CHECK(host.last_query.mptcp);
}

TEST_CASE("listeners are no connections, and are not asked for") {
  test::FakeHost host;
  REQUIRE(count_mptcp(host, {}));
  CHECK_FALSE(host.last_query.states.has(State::listen));
  CHECK(host.last_query.states.has(State::established));
  host.calls.clear();
  filter::Filter only_listeners;
  only_listeners.states = {State::listen};
  const auto counts = count_mptcp(host, only_listeners);
  REQUIRE(counts);
  CHECK(counts->connections == 0);
  CHECK(host.calls.empty());
}

TEST_CASE("what cannot be read is no zero") {
  test::FakeHost host;
  host.dumps = {{.error = Error{"list connections of MPTCP", 2}}};
  CHECK_FALSE(count_mptcp(host, {}));
  host.dumps = {{.connections = {mptcp_row(1, false)}}, {.error = Error{"read", 5}}};
  CHECK_FALSE(count_mptcp(host, {}));
}

}  // namespace
}  // namespace tcpstat::survey
