#include "screen/row_window.h"

#include <doctest/doctest.h>

#include "support/screen.h"

namespace tcpstat::screen {
namespace {

std::vector<std::uint16_t> remote_ports_of(const RowWindow& window) {
  std::vector<std::uint16_t> out;
  for (const Connection& one : window.connections()) out.push_back(one.remote.port);
  return out;
}

TEST_CASE("the first rows are kept, and all that match are counted") {
  test::TableNames names;
  Wanted wanted{.shown = {}, .sort = {}, .rows = 2};
  wanted.shown.states = {State::established};
  RowWindow window(wanted, names);
  CHECK(window.connection(test::client(State::established, 1)) == Flow::more);
  CHECK(window.connection(test::client(State::time_wait, 2)) == Flow::more);
  CHECK(window.connection(test::client(State::established, 3)) == Flow::more);
  CHECK(window.connection(test::client(State::established, 4)) == Flow::more);
  window.finish();
  CHECK(remote_ports_of(window) == std::vector<std::uint16_t>{1, 3});
  CHECK(window.matched() == 3);
}

TEST_CASE("of an order the first rows are kept, whenever they come") {
  test::TableNames names;
  RowWindow window({.shown = {}, .sort = {{&column(ColumnId::RECV_QUEUE), true}}, .rows = 2}, names);
  for (const std::uint32_t queue : {5U, 9U, 7U}) {
    Connection row = test::client(State::established, static_cast<std::uint16_t>(queue));
    row.recv_queue = queue;
    CHECK(window.connection(row) == Flow::more);
  }
  CHECK(window.connections().empty());
  window.finish();
  CHECK(remote_ports_of(window) == std::vector<std::uint16_t>{9, 7});
  CHECK(window.matched() == 3);
}

TEST_CASE("listeners are kept whatever states are shown, if all else of the filter fits") {
  test::TableNames names;
  Wanted wanted{.shown = {}, .sort = {{&column(ColumnId::LOCAL_PORT), true}}, .rows = 0};
  wanted.shown.states = {State::syn_recv};
  wanted.shown.ports = {{1, 443}};
  RowWindow window(wanted, names);
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{80, 444, 443}) {
    CHECK(window.listener(test::listener(test::endpoint("0.0.0.0", port))) == Flow::more);
  }
  window.finish();
  REQUIRE(window.listeners().size() == 2);
  CHECK(window.listeners()[0].local.port == 80);
  CHECK(window.listeners()[1].local.port == 443);
  CHECK(window.matched() == 0);
}

TEST_CASE("networks of half-opens are counted whether they are shown or not, and those of other states are not") {
  test::TableNames names;
  Wanted wanted{.shown = {}, .sort = {}, .rows = 9};
  wanted.shown.states = {State::established};
  RowWindow window(wanted, names);
  for (std::uint16_t port = 1; port <= 3; ++port) window.connection(test::client(State::syn_recv, port));
  window.connection(test::client(State::syn_recv, 1, "203.0.113.5"));
  window.connection(test::client(State::established, 1, "192.0.2.77"));
  const auto networks = window.half_open_prefixes();
  REQUIRE(networks.size() == 2);
  CHECK(networks[0].key == "198.51.100.0/24");
  CHECK(networks[0].count == 3);
  CHECK(networks[1].key == "203.0.113.0/24");
  CHECK(networks[1].count == 1);
  CHECK(window.matched() == 1);
}

}  // namespace
}  // namespace tcpstat::screen
