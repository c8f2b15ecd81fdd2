#include "explain/numbered_end.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::explain {
namespace {

using machine::Event;
using machine::Send;

NumberedEnd listening() {
  NumberedEnd end;
  end.act(Event::open_passive);
  return end;
}

NumberedEnd connected() {
  NumberedEnd end;
  end.act(Event::open_active);
  end.receive({.segment = {Send::syn_ack, false}, .seq = 0, .ack = 1});
  return end;
}

NumberedSegment data(int seq) { return {.segment = {Send::data, false}, .seq = seq, .ack = 1, .length = 50}; }

TEST_CASE("a segment reads as a sniffer writes it") {
  CHECK(text({.segment = {Send::syn, false}, .seq = -10}) == "SYN seq=-10");
  CHECK(text({.segment = {Send::syn_ack, false}, .seq = 0, .ack = 1}) == "SYN,ACK seq=0 ack=1");
  CHECK(text(data(1)) == "data seq=1 ack=1 len=50");
}

TEST_CASE("a SYN and a FIN take a number, a byte of data takes one, an ACK takes none") {
  NumberedEnd end = connected();
  CHECK(text(end.act(Event::send)) == "data seq=1 ack=1 len=100");
  CHECK(text(end.act(Event::send)) == "data seq=101 ack=1 len=100");
  CHECK(text(end.receive(data(1))) == "ACK seq=201 ack=51");
  CHECK(text(end.act(Event::close)) == "FIN,ACK seq=201 ack=51");
  CHECK(text(end.receive({.segment = {Send::fin, true}, .seq = 51, .ack = 202})) == "ACK seq=202 ack=52");
}

TEST_CASE("what comes twice is acknowledged twice and counted once") {
  NumberedEnd end = connected();
  CHECK(end.receive(data(1)).ack == 51);
  CHECK(end.receive(data(1)).ack == 51);
  CHECK(end.receive(data(51)).ack == 101);
}

TEST_CASE("a FIN that goes out again has its first number") {
  NumberedEnd end = connected();
  CHECK(end.act(Event::close).seq == 1);
  CHECK(end.act(Event::retransmission_timeout).seq == 1);
}

TEST_CASE("a listener acknowledges the SYN that it gets, old or new") {
  for (const int seq : {-10, 0, 7}) {
    NumberedEnd end = listening();
    const NumberedSegment answer = end.receive({.segment = {Send::syn, false}, .seq = seq});
    CHECK(answer.seq == 0);
    CHECK(answer.ack == seq + 1);
  }
}

TEST_CASE("an ACK of another SYN is reset by its own number, and what it said is forgotten") {
  NumberedEnd end;
  end.act(Event::open_active);
  const NumberedSegment reset = end.receive({.segment = {Send::syn_ack, false}, .seq = 40, .ack = -9});
  CHECK(text(reset) == "RST seq=-9");
  CHECK(end.state() == State::syn_sent);
  CHECK(text(end.receive({.segment = {Send::syn_ack, false}, .seq = 0, .ack = 1})) == "ACK seq=1 ack=1");
}

TEST_CASE("nobody answers what confirms nothing new") {
  NumberedEnd end = connected();
  CHECK(end.receive({.segment = {Send::ack, false}, .seq = 1, .ack = 1}).empty());
}

}  // namespace
}  // namespace tcpstat::explain
