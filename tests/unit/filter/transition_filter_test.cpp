#include "filter/transition_filter.h"

#include <doctest/doctest.h>

#include <ostream>

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
  CHECK_FALSE(wants(filter, opening));
  opening.local.reset();
  CHECK_FALSE(wants(Filter{}, opening));
}

}  // namespace
}  // namespace tcpstat::filter
