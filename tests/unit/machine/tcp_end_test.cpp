#include "machine/tcp_end.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::machine {
namespace {

using enum State;

TEST_CASE("SYN-RECEIVED remembers whether the OPEN was active or passive") {
  TcpEnd server;
  server.take(Event::open_passive);
  server.take(Event::rcv_syn);
  CHECK(server.take(Event::rcv_rst).to == listen);

  TcpEnd client;
  client.take(Event::open_active);
  client.take(Event::rcv_syn);
  CHECK(client.state() == syn_recv);
  CHECK(client.take(Event::rcv_rst).to == close);
}

TEST_CASE("a SYN,ACK that answers another SYN leaves SYN-SENT as it is, and is reset") {
  TcpEnd end;
  end.take(Event::open_active);
  CHECK(end.take(Event::rcv_syn_ack, Condition::unacceptable_ack).send == Send::rst);
  CHECK(end.state() == syn_sent);
  CHECK(end.take(Event::rcv_syn_ack).to == established);
}

TEST_CASE("a RST is one with and without an ACK") {
  const TcpEnd end;
  CHECK(end.event_of({Send::rst, false}) == Event::rcv_rst);
  CHECK(end.event_of({Send::rst_ack, false}) == Event::rcv_rst);
}

TEST_CASE("an ACK means what is outstanding") {
  TcpEnd end;
  end.take(Event::open_active);
  CHECK(end.event_of({Send::ack, false}) == Event::rcv_ack_of_syn);
  end.take(Event::rcv_syn_ack);
  CHECK_FALSE(end.event_of({Send::ack, false}));
  end.take(Event::close);
  CHECK_FALSE(end.event_of({Send::ack, false}));
  CHECK(end.event_of({Send::ack, true}) == Event::rcv_ack_of_fin);
  CHECK(end.event_of({Send::fin, false}) == Event::rcv_fin);
  CHECK(end.event_of({Send::fin, true}) == Event::rcv_fin_and_ack_of_fin);
}

TEST_CASE("an end that has seen the FIN acknowledges it in everything it sends") {
  TcpEnd end;
  end.take(Event::open_active);
  end.take(Event::rcv_syn_ack);
  CHECK_FALSE(end.segment(Send::ack).acks_fin);
  end.take(Event::rcv_fin);
  CHECK(end.segment(Send::ack).acks_fin);
  CHECK(end.segment(Send::fin).acks_fin);
}

TEST_CASE("a closed end is as it was at first, but that it was open once") {
  TcpEnd end;
  end.take(Event::open_active);
  end.take(Event::rcv_rst);
  CHECK(end.state() == close);
  CHECK(end.opened());
  CHECK_FALSE(end.segment(Send::rst).acks_fin);
}

}  // namespace
}  // namespace tcpstat::machine
