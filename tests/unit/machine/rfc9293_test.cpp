#include "machine/rfc9293.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "machine/tables.h"

namespace tcpstat::machine {
namespace {

using enum State;

struct Fact {
  std::string_view name;
  State from;
  Event event;
  State to;
  Send send;
};

constexpr std::string_view kAnswers[] = {"moves", "stays", "error", "impossible", "idle", "should", "unspecified"};

void holds(const Fact& fact, Condition condition = Condition::none) {
  CAPTURE(fact.name);
  const Transition& row = rfc9293(fact.from, fact.event, condition);
  CHECK(row.from == fact.from);
  CHECK(row.event == fact.event);
  CHECK(row.to == fact.to);
  CHECK(row.send == fact.send);
  CHECK(row.condition == condition);
}

TEST_CASE("every row of the table is the one that another hand read out of the RFC") {
  const auto& rows = test::tables()["rfc9293"];
  REQUIRE(rows.size() == kRfc9293.size());
  for (const auto& row : rows) {
    const std::string fact = row[0].get<std::string>() + " " + row[1].get<std::string>();
    CAPTURE(fact);
    const auto event =
        std::find_if(kEvents.begin(), kEvents.end(), [&](const EventInfo& e) { return e.key == row[1]; });
    REQUIRE(event != kEvents.end());
    const Transition& ours = rfc9293(test::state(row[0]), event->event);
    CHECK(ours.to == test::state(row[2]));
    CHECK(kAnswers[static_cast<std::size_t>(ours.answer)] == row[3].get<std::string>());
    CHECK(text(ours.send) == row[4].get<std::string>());
    CHECK(ours.section.starts_with("§3."));
  }
}

TEST_CASE("figure 5, row by row") {
  constexpr Fact kFacts[] = {
      {"a passive OPEN listens", close, Event::open_passive, listen, Send::nothing},
      {"an active OPEN sends SYN", close, Event::open_active, syn_sent, Send::syn},
      {"a listener may turn active", listen, Event::open_active, syn_sent, Send::syn},
      {"SEND turns a listener active", listen, Event::send, syn_sent, Send::syn},
      {"a SYN to a listener is answered with SYN,ACK", listen, Event::rcv_syn, syn_recv, Send::syn_ack},
      {"CLOSE ends a listener", listen, Event::close, close, Send::nothing},
      {"CLOSE ends an attempt", syn_sent, Event::close, close, Send::nothing},
      {"SYN,ACK completes an attempt", syn_sent, Event::rcv_syn_ack, established, Send::ack},
      {"crossing SYNs are a simultaneous open", syn_sent, Event::rcv_syn, syn_recv, Send::syn_ack},
      {"the handshake's ACK opens", syn_recv, Event::rcv_ack_of_syn, established, Send::nothing},
      {"CLOSE in SYN-RECEIVED sends FIN", syn_recv, Event::close, fin_wait1, Send::fin},
      {"CLOSE sends FIN", established, Event::close, fin_wait1, Send::fin},
      {"a FIN half-closes", established, Event::rcv_fin, close_wait, Send::ack},
      {"the ACK of our FIN half-closes", fin_wait1, Event::rcv_ack_of_fin, fin_wait2, Send::nothing},
      {"crossing FINs", fin_wait1, Event::rcv_fin, closing, Send::ack},
      {"the peer's FIN ends a half-close", fin_wait2, Event::rcv_fin, time_wait, Send::ack},
      {"CLOSE after the peer's sends FIN", close_wait, Event::close, last_ack, Send::fin},
      {"the ACK of our FIN after crossing", closing, Event::rcv_ack_of_fin, time_wait, Send::nothing},
      {"the last ACK", last_ack, Event::rcv_ack_of_fin, close, Send::nothing},
      {"2 MSL", time_wait, Event::time_wait_timeout, close, Send::nothing},
  };
  for (const Fact& fact : kFacts) holds(fact);
}

TEST_CASE("the notes under figure 5 and rows that it does not draw") {
  constexpr Fact kFacts[] = {
      {"note 1: RST brings a passive SYN-RECEIVED back", syn_recv, Event::rcv_rst, listen, Send::nothing},
      {"note 2: FIN with the ACK of ours", fin_wait1, Event::rcv_fin_and_ack_of_fin, time_wait, Send::ack},
      {"note 3: a RST should leave TIME-WAIT behind", established, Event::rst_sent, time_wait, Send::rst},
      {"ABORT sends RST and closes all the same", established, Event::abort, close, Send::rst},
      {"ABORT in CLOSING sends nothing", closing, Event::abort, close, Send::nothing},
      {"FIN with the handshake's ACK", syn_recv, Event::rcv_fin, close_wait, Send::ack},
      {"a SYN gets a challenge ACK", established, Event::rcv_syn, established, Send::ack},
      {"closed ends answer a SYN with RST,ACK", close, Event::rcv_syn, close, Send::rst_ack},
      {"and what carries an ACK with RST", close, Event::rcv_syn_ack, close, Send::rst},
      {"closed ends never answer a RST", close, Event::rcv_rst, close, Send::nothing},
      {"listeners ignore a RST", listen, Event::rcv_rst, listen, Send::nothing},
      {"a new SYN may reopen TIME-WAIT", time_wait, Event::rcv_syn, syn_recv, Send::syn_ack},
  };
  for (const Fact& fact : kFacts) holds(fact);
}

TEST_CASE("six rows depend on what was before, or on the numbers in the segment") {
  CHECK(kRfc9293Cases.size() == 6);
  holds({"RST refuses an active open", syn_recv, Event::rcv_rst, close, Send::nothing}, Condition::active_origin);
  holds({"a SYN cannot bring it back", syn_recv, Event::rcv_syn, syn_recv, Send::ack}, Condition::active_origin);
  holds({"CLOSE waits for data", syn_recv, Event::close, syn_recv, Send::nothing}, Condition::data_queued);
  holds({"an old SYN gets an ACK", time_wait, Event::rcv_syn, time_wait, Send::ack}, Condition::old_sequence);
  holds({"a RST without ACK is dropped", syn_sent, Event::rcv_rst, syn_sent, Send::nothing},
        Condition::unacceptable_ack);
  holds({"a SYN,ACK for another SYN is reset", syn_sent, Event::rcv_syn_ack, syn_sent, Send::rst},
        Condition::unacceptable_ack);
}

TEST_CASE("a listener ends by a shutdown for reading, a connection by one for writing") {
  CHECK(meaning(listen, Event::close).find("SHUT_RD)") != std::string_view::npos);
  CHECK(meaning(listen, Event::close).find("SHUT_WR") == std::string_view::npos);
  for (const State state : {established, close_wait, syn_sent}) {
    CHECK(meaning(state, Event::close) == info(Event::close).meaning);
  }
  CHECK(info(Event::close).meaning.find("SHUT_WR)") != std::string_view::npos);
  CHECK(meaning(listen, Event::rcv_syn) == info(Event::rcv_syn).meaning);
}

TEST_CASE("a condition that a row does not know changes nothing") {
  CHECK(&rfc9293(established, Event::close, Condition::active_origin) == &rfc9293(established, Event::close));
}

TEST_CASE("segments and conditions have their words") {
  struct Word {
    Send send;
    std::string_view text;
  };
  for (const Word& word :
       {Word{Send::nothing, ""}, Word{Send::syn, "SYN"}, Word{Send::syn_ack, "SYN,ACK"}, Word{Send::ack, "ACK"},
        Word{Send::fin, "FIN,ACK"}, Word{Send::rst, "RST"}, Word{Send::rst_ack, "RST,ACK"}, Word{Send::data, "data"}}) {
    CHECK(text(word.send) == word.text);
  }
  CHECK(text(Condition::none).empty());
  CHECK(text(Condition::active_origin) == "after an active OPEN");
  CHECK(text(Condition::data_queued) == "while data is queued");
  CHECK(text(Condition::old_sequence) == "with an old sequence number");
  CHECK(text(Condition::unacceptable_ack) == "without an acceptable ACK");
}

}  // namespace
}  // namespace tcpstat::machine
