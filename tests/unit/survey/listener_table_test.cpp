#include "survey/listener_table.h"

#include <doctest/doctest.h>

#include <ostream>
#include <utility>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

struct End {
  std::string_view address;
  std::uint16_t port = 443;
};

TEST_CASE("half-opens belong to the most specific listener on their endpoint") {
  struct Row {
    std::string_view name;
    std::vector<End> half_opens;
    std::vector<End> listeners;
    std::vector<std::uint64_t> counts;
  };
  const Row rows[] = {
      {"none", {}, {{"0.0.0.0"}}, {0}},
      {"on its own address", {{"192.0.2.1"}, {"192.0.2.1"}}, {{"192.0.2.1"}}, {2}},
      {"on another port", {{"192.0.2.1", 80}}, {{"192.0.2.1"}, {"0.0.0.0"}}, {0, 0}},
      {"on another address", {{"192.0.2.2"}}, {{"192.0.2.1"}}, {0}},
      {"a wildcard takes all addresses", {{"192.0.2.1"}, {"192.0.2.2"}}, {{"0.0.0.0"}}, {2}},
      {"a wildcard takes no IPv6", {{"2001:db8::1"}}, {{"0.0.0.0"}}, {0}},
      {"the specific one wins", {{"192.0.2.1"}, {"192.0.2.2"}}, {{"0.0.0.0"}, {"192.0.2.1"}}, {1, 1}},
      {"[::] takes both families", {{"2001:db8::1"}, {"::ffff:192.0.2.1"}}, {{"::"}}, {2}},
      {"0.0.0.0 beside [::] takes IPv4", {{"2001:db8::1"}, {"192.0.2.1"}}, {{"::"}, {"0.0.0.0"}}, {1, 1}},
      {"a v4-mapped listener", {{"::ffff:192.0.2.1"}}, {{"::ffff:192.0.2.1"}}, {1}},
      {"a v4-mapped listener beside [::]",
       {{"::ffff:192.0.2.1"}, {"2001:db8::1"}},
       {{"::ffff:192.0.2.1"}, {"::"}},
       {1, 1}},
      {"SO_REUSEPORT: the kernel does not tell which", {{"192.0.2.1"}}, {{"0.0.0.0"}, {"0.0.0.0"}}, {1, 1}},
      {"requests of a listener that is gone", {{"192.0.2.1", 80}}, {}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ListenerTable table;
    for (const End& end : row.half_opens) {
      table.add_half_open(
          test::connection(State::syn_recv, test::endpoint(end.address, end.port), test::endpoint(end.address, 40000)));
    }
    std::vector<Listener> listeners;
    for (const End& end : row.listeners) {
      listeners.push_back(test::listener(test::endpoint(end.address, end.port)));
      table.add_listener(listeners.back());
    }
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      CAPTURE(i);
      CHECK(table.half_open(listeners[i]) == row.counts[i]);
    }
  }
}

TEST_CASE("rows that come in any order are counted alike") {
  // The last endpoint is remembered; switching between two must not lose a count.
  ListenerTable table;
  const Endpoint first = test::endpoint("192.0.2.1", 443);
  const Endpoint second = test::endpoint("192.0.2.1", 80);
  for (int i = 0; i < 1000; ++i) {
    table.add_half_open(test::connection(State::syn_recv, i % 3 == 0 ? first : second, first));
  }
  CHECK(table.half_open(test::listener(first)) == 334);
  CHECK(table.half_open(test::listener(second)) == 666);
}

TEST_CASE("each network namespace has its own ports") {
  ListenerTable table;
  const Endpoint end = test::endpoint("192.0.2.1", 443);
  Listener listener = test::listener(test::endpoint("0.0.0.0", 443));
  for (const std::uint64_t netns : {7U, 8U, 8U, 7U, 8U}) {
    Connection row = test::connection(State::syn_recv, end, end);
    row.netns = netns;
    table.add_half_open(row);
  }
  for (const auto& [netns, count] : {std::pair{7U, 2U}, {8U, 3U}, {9U, 0U}}) {
    CAPTURE(netns);
    listener.netns = netns;
    CHECK(table.half_open(listener) == count);
  }
}

TEST_CASE("listeners on different devices share addresses and ports, and no half-opens") {
  ListenerTable table;
  const auto add = [&](std::string_view address, std::uint32_t device, int times) {
    Connection row = test::connection(State::syn_recv, test::endpoint(address, 443), test::endpoint(address, 40000));
    row.interface = device;
    for (int i = 0; i < times; ++i) table.add_half_open(row);
  };
  const auto listener = [&](std::string_view address, std::uint32_t device) {
    Listener row = test::listener(test::endpoint(address, 443));
    row.interface = device;
    table.add_listener(row);
    return row;
  };
  const Listener first = listener("0.0.0.0", 1);
  const Listener second = listener("0.0.0.0", 2);
  const Listener any = listener("0.0.0.0", 0);
  const Listener third = listener("fe80::1", 3);
  const Listener link_local = listener("fe80::1", 0);
  const Listener exact = listener("192.0.2.7", 2);
  add("192.0.2.1", 1, 2);
  add("192.0.2.1", 2, 3);
  add("192.0.2.1", 0, 4);
  add("192.0.2.7", 2, 5);
  add("fe80::1", 3, 6);
  add("fe80::1", 4, 7);  // of the link on which it came, for who is bound to none
  CHECK(table.half_open(first) == 2);
  CHECK(table.half_open(second) == 3);
  CHECK(table.half_open(any) == 4);
  CHECK(table.half_open(exact) == 5);
  CHECK(table.half_open(third) == 6);
  CHECK(table.half_open(link_local) == 7);
  CHECK(table.half_open(listener("::", 0)) == 0);
}

TEST_CASE("IPv4 requests are of no listener on [::] that is for IPv6 alone") {
  ListenerTable table;
  Listener both = test::listener(test::endpoint("::", 443));
  both.v6only = false;
  Listener ipv6 = both;
  ipv6.v6only = true;
  table.add_half_open(
      test::connection(State::syn_recv, test::endpoint("::ffff:192.0.2.1", 443), test::endpoint("::1", 40000)));
  CHECK(table.half_open(ipv6) == 0);
  CHECK(table.half_open(both) == 1);
  CHECK(table.half_open(ipv6) == 0);
}

TEST_CASE("a listener on the address itself comes before one that is bound to the device") {
  ListenerTable table;
  const Listener exact = test::listener(test::endpoint("2001:db8::1", 443));
  Listener bound = test::listener(test::endpoint("::", 443));
  bound.interface = 5;
  table.add_listener(exact);
  table.add_listener(bound);
  Connection row =
      test::connection(State::syn_recv, test::endpoint("2001:db8::1", 443), test::endpoint("fe80::2", 40000));
  row.interface = 5;
  table.add_half_open(row);
  CHECK(table.half_open(exact) == 1);
  CHECK(table.half_open(bound) == 0);
}

}  // namespace
}  // namespace tcpstat::survey
