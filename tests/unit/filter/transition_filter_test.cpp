#include "filter/transition_filter.h"

#include <doctest/doctest.h>

#include <ostream>

#include "filter/expression_parser.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

Transition between(State from, State to) {
  Transition out;
  out.from = from;
  out.to = to;
  out.local = test::endpoint("192.0.2.1", 443);
  out.remote = test::endpoint("198.51.100.7", 50'000);
  return out;
}

TEST_CASE("either side's state is enough") {
  Filter filter;
  filter.states = {State::fin_wait2};
  CHECK(wants(filter, between(State::fin_wait1, State::fin_wait2)));
  CHECK(wants(filter, between(State::fin_wait2, State::close)));
  CHECK_FALSE(wants(filter, between(State::established, State::fin_wait1)));
}

TEST_CASE("ends and family") {
  Filter filter;
  filter.remote_ports = {{50'000, 50'000}};
  CHECK(wants(filter, between(State::syn_sent, State::established)));
  // A listener has no remote end, and the child that it gives birth to has one.
  CHECK(wants(filter, between(State::listen, State::syn_recv)));
  Transition listening = between(State::close, State::listen);
  listening.remote.reset();
  CHECK_FALSE(wants(filter, listening));
  filter.remote_ports = {{80, 80}};
  CHECK_FALSE(wants(filter, between(State::syn_sent, State::established)));
  Filter six;
  six.ipv4 = false;
  CHECK_FALSE(wants(six, between(State::syn_sent, State::established)));
}

TEST_CASE("the port that connect() has not chosen yet matches nothing") {
  Filter filter;
  filter.local_ports = {{443, 443}};
  Transition opening = between(State::close, State::syn_sent);
  opening.local->port = 0;
  for (const PortRange range : {PortRange{443, 443}, PortRange{0, 1023}}) {
    CAPTURE(range.first);
    filter.local_ports = {range};
    filter.ports.clear();
    CHECK_FALSE(wants(filter, opening));
    filter.local_ports.clear();
    filter.ports = {range};
    CHECK_FALSE(wants(filter, opening));
  }
  filter.ports = {{50'000, 50'000}};
  CHECK(wants(filter, opening));  // the remote end is known
  opening.local.reset();
  CHECK_FALSE(wants(Filter{}, opening));
}

Filter expression(std::string_view text) {
  Filter filter;
  add_expression(filter, parse_expression(text, {})->expression);
  return filter;
}

TEST_CASE("an end that the record lacks is unknown, and so is its negation") {
  Transition opening = between(State::syn_recv, State::established);
  opening.remote.reset();
  for (const auto* text : {"dst 10/8", "not dst 10/8", "dport 443", "dport != 443", "not dport 443", "dport = 0",
                           "dst 0.0.0.0", "not ( dst 10/8 or dport 443 )"}) {
    CAPTURE(text);
    CHECK_FALSE(wants(expression(text), opening));
  }
  CHECK(wants(expression("dst 10/8 or sport 443"), opening));
  CHECK_FALSE(wants(expression("not dst 10/8 and sport 80"), opening));
  opening.local->port = 0;
  CHECK_FALSE(wants(expression("sport 443"), opening));
  CHECK_FALSE(wants(expression("sport != 443"), opening));
  CHECK(wants(expression("src 192.0.2.1"), opening));
}

TEST_CASE("what is closed had the remote end that the record names") {
  const Transition closing = between(State::established, State::close);
  CHECK(wants(expression("dst 198.51.100.7"), closing));
  CHECK_FALSE(wants(expression("not dst 198.51.100.7"), closing));
  CHECK_FALSE(wants(expression("dport != 50000"), closing));
  // A listener has none, which is known.
  Transition listening = between(State::close, State::listen);
  listening.remote.reset();
  CHECK(wants(expression("dport != 50000"), listening));
}

}  // namespace
}  // namespace tcpstat::filter
