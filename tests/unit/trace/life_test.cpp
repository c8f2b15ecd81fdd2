// Lives of connections, as the checker of lives concludes them.

#include "trace/life.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"
#include "trace/life_checker.h"

namespace tcpstat::trace {
namespace {

using enum State;

struct Lived {
  KernelLimits limits;
  PairCounts pairs;
  std::vector<ConnectionLife> lives;
  std::vector<Opening> openings;
  LifeChecker checker{limits, pairs, [](const LogFinding&) {},
                      [this](const Transition&, const Judgement&, Opening opening) {
                        openings.push_back(opening);
                        return Flow::more;
                      },
                      [this](const ConnectionLife& life) {
                        lives.push_back(life);
                        lives.back().socket = {};
                        return Flow::more;
                      }};

  /// Each step a millisecond behind the one before.
  Lived& walk(const std::vector<State>& states, std::optional<bool> peer_reset = false) {
    for (std::size_t at = 0; at + 1 < states.size(); ++at) step(states[at], states[at + 1], peer_reset);
    return *this;
  }
  void step(State from, State to, std::optional<bool> peer_reset = false) { step(from, to, peer_reset, std::nullopt); }
  void step(State from, State to, std::optional<bool> peer_reset, std::optional<bool> reset_sent,
            std::optional<CloseCause> cause = {}) {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = "a";
    record.interface = 7;
    record.netns = 1;
    record.local = test::endpoint("192.0.2.1", to == syn_sent || to == close ? 0 : 40'000);
    record.remote = test::endpoint("198.51.100.7", 443);
    record.time = EventTime(now_ += 1000);
    if (to == close) record.peer_reset = peer_reset;
    record.reset_sent = reset_sent;
    if (to == close) record.close_cause = cause;
    if (reset_sent == true) record.reset_reason = ResetReason::abort_on_close;
    checker.transition(record);
  }
  void pause(EventTime time) { now_ += time.count(); }
  [[nodiscard]] const ConnectionLife& only() const {
    REQUIRE(lives.size() == 1);
    return lives.front();
  }

 private:
  std::int64_t now_ = 0;
};

ConnectionLife life_of(const std::vector<State>& states, std::optional<bool> peer_reset = false) {
  Lived lived;
  return lived.walk(states, peer_reset).only();
}

TEST_CASE("an active opening: states with their times, the handshake, and who closed first") {
  const ConnectionLife life = life_of({close, syn_sent, established, fin_wait1, fin_wait2, close});
  REQUIRE(life.states.size() == 4);
  CHECK((life.states[0].state == ObservedState(syn_sent)));
  CHECK((life.states[3].state == ObservedState(fin_wait2)));
  for (const LifeStay& stay : life.states) CHECK(stay.lasted == EventTime(1000));
  CHECK((life.opening == Opening::active));
  CHECK(life.handshake == EventTime(1000));
  CHECK((life.closed_first == ClosedFirst::local));
  CHECK_FALSE_MESSAGE(life.ending, "whether the peer closed is not known");
  CHECK_FALSE(life.reset_by);
  CHECK(life.began == EventTime(1000));
  CHECK(life.ended == EventTime(5000));
  CHECK(life.complete);
  CHECK(life.legal);
  // The port that connect() chose later, and that is given back at the end.
  CHECK(to_string(*life.local) == "192.0.2.1:40000");
  CHECK(life.interface == 7);
  CHECK(life.netns == 1);
}

TEST_CASE("a child of a listener: its handshake was over when it was announced, and only its request knows") {
  const ConnectionLife life = life_of({listen, syn_recv, established, close_wait, last_ack, close});
  CHECK((life.opening == Opening::passive));
  CHECK_FALSE(life.handshake);
  CHECK((life.closed_first == ClosedFirst::remote));
  CHECK((life.ending == Ending::orderly));

  Lived lived;
  lived.step(listen, syn_recv);
  Transition arrives;
  arrives.from = syn_recv;
  arrives.to = established;
  arrives.socket = "a";
  arrives.time = EventTime(2000);
  arrives.handshake = EventTime(700);
  lived.checker.transition(arrives);
  lived.step(established, close);
  CHECK(lived.only().handshake == EventTime(700));
}

TEST_CASE("a child of MPTCP is born in ESTABLISHED or, before Linux 6.3, in SYN_RECV") {
  CHECK((life_of({listen, established, close}).opening == Opening::passive));
  CHECK((life_of({listen, syn_recv, established, close}).opening == Opening::passive));
}

TEST_CASE("a crossed opening is active, and its handshake has two states") {
  const ConnectionLife life = life_of({close, syn_sent, syn_recv, established, close});
  CHECK((life.opening == Opening::active));
  CHECK(life.handshake == EventTime(2000));
}

TEST_CASE("FINs that cross have no first") {
  CHECK((life_of({close, syn_sent, established, fin_wait1, closing, close}).closed_first == ClosedFirst::both));
}

TEST_CASE("who ended it at once: the peer, this host, or nobody knows") {
  using By = std::optional<ResetBy>;
  const std::vector<std::vector<State>> ways = {{listen, syn_recv, established, close},
                                                {listen, syn_recv, established, close_wait, close},
                                                {listen, syn_recv, established, fin_wait1, close},
                                                {listen, syn_recv, close}};
  for (const auto& states : ways) {
    CAPTURE(states.size());
    CHECK((life_of(states, true).ending == Ending::reset));
    CHECK((life_of(states, true).reset_by == By(ResetBy::peer)));
    CHECK_MESSAGE((life_of(states, false).ending == Ending::dropped), "whether this host sent an RST is not known");
    CHECK((life_of(states, false).reset_by == By()));
    CHECK_FALSE(life_of(states, std::nullopt).ending);
    CHECK((life_of(states, std::nullopt).reset_by == By()));
  }
}

TEST_CASE("this host sent an RST and says why, or nobody sent any") {
  const auto ended = [](State last, bool reset_sent) {
    Lived lived;
    lived.walk({listen, syn_recv, established});
    if (last != established) lived.walk({established, fin_wait1, last});
    lived.step(last, close, false, reset_sent);
    return lived.only();
  };
  CHECK((ended(established, true).ending == Ending::reset));
  CHECK((ended(established, true).reset_by == ResetBy::here));
  CHECK((ended(established, true).reset_reason == ResetReason::abort_on_close));
  CHECK((ended(established, false).ending == Ending::timed_out));
  CHECK_FALSE(ended(established, false).reset_by);
  // The peer sent data when nobody was left to read it.
  CHECK((ended(fin_wait2, true).ending == Ending::reset));
  CHECK((ended(fin_wait2, true).reset_by == ResetBy::here));
  CHECK_FALSE(ended(fin_wait2, false).ending);
  CHECK_FALSE(ended(fin_wait2, false).reset_reason);
}

TEST_CASE("an RST behind the FINs, and a source that cannot tell") {
  for (const State last : {fin_wait2, closing, last_ack}) {
    CAPTURE(name(last));
    const std::vector<State> before = last == last_ack
                                          ? std::vector{listen, syn_recv, established, close_wait, last_ack, close}
                                          : std::vector{listen, syn_recv, established, fin_wait1, last, close};
    // FIN_WAIT2 may be left before the peer closes.
    CHECK(life_of(before, false).ending == (last == fin_wait2 ? std::nullopt : std::optional(Ending::orderly)));
    CHECK((life_of(before, true).ending == Ending::reset));
    CHECK_FALSE(life_of(before, std::nullopt).ending);
  }
}

TEST_CASE("a LAST_ACK of more than a timeout may have used up its retries, where the source cannot tell") {
  for (const bool is_long : {false, true}) {
    Lived lived;
    lived.walk({listen, syn_recv, established, close_wait, last_ack});
    lived.pause(std::chrono::milliseconds(is_long ? 199 : 198));
    lived.step(last_ack, close);
    CHECK(lived.only().ending == (is_long ? std::nullopt : std::optional(Ending::orderly)));
  }
}

TEST_CASE("a socket that tells why it closed: both FINs, a peer that was gone, or neither") {
  const auto ended = [](State last, CloseCause cause, std::optional<bool> reset_sent = {}) {
    Lived lived;
    lived.walk({listen, syn_recv, established});
    if (last == last_ack) {
      lived.walk({established, close_wait, last_ack});
    } else {
      lived.walk({established, fin_wait1, last});
    }
    lived.step(last, close, false, reset_sent, cause);
    return lived.only().ending;
  };
  for (const State last : {fin_wait2, closing, last_ack}) {
    CAPTURE(name(last));
    CHECK(ended(last, CloseCause::both_fins) == Ending::orderly);
    CHECK(ended(last, CloseCause::gave_up) == Ending::timed_out);
    CHECK(ended(last, CloseCause::other) == std::nullopt);
    CHECK(ended(last, CloseCause::gave_up, true) == Ending::reset);
  }
}

TEST_CASE("an end at once: an RST of this host, a peer that was gone, or what nobody knows") {
  struct Row {
    std::optional<bool> peer_reset;
    std::optional<bool> reset_sent;
    std::optional<CloseCause> cause;
    std::optional<Ending> ending;
  };
  constexpr auto kGaveUp = CloseCause::gave_up;
  constexpr auto kOther = CloseCause::other;
  for (const Row& row :
       {Row{false, true, kGaveUp, Ending::reset}, Row{{}, true, {}, Ending::reset}, Row{true, {}, {}, Ending::reset},
        Row{false, false, {}, Ending::timed_out}, Row{false, {}, kGaveUp, Ending::timed_out},
        Row{{}, {}, kGaveUp, Ending::timed_out}, Row{false, {}, kOther, Ending::dropped},
        Row{false, false, kOther, Ending::dropped}, Row{{}, {}, kOther, {}}}) {
    Lived lived;
    lived.walk({listen, syn_recv, established});
    lived.step(established, close, row.peer_reset, row.reset_sent, row.cause);
    CHECK(lived.only().ending == row.ending);
    const bool reset = row.ending == Ending::reset;
    CHECK(lived.only().reset_by.has_value() == reset);
    if (reset) CHECK((lived.only().reset_by == ResetBy::here) == (row.peer_reset != true));
  }
}

TEST_CASE("connect() that is refused, or fails") {
  CHECK((life_of({close, syn_sent, close}, true).ending == Ending::refused));
  CHECK((life_of({close, syn_sent, close}, false).ending == Ending::failed));
  CHECK_FALSE(life_of({close, syn_sent, close}, true).reset_by);
}

TEST_CASE("a listener is no connection, and a state that is stored again is one stay") {
  Lived lived;
  lived.walk({close, listen, close});
  CHECK(lived.lives.empty());
  // Nor one that listened before the trace began.
  lived.walk({listen, close});
  CHECK(lived.lives.empty());
  const ConnectionLife life = life_of({close, syn_sent, established, fin_wait1, fin_wait2, fin_wait2, close});
  REQUIRE(life.states.size() == 4);
  CHECK(life.states[3].lasted == EventTime(2000));
}

TEST_CASE("a life that ran before, or that lacks a record, is not complete, and what is not known has no time") {
  Lived ran;
  ran.step(established, close_wait);
  ran.step(close_wait, last_ack);
  ran.step(last_ack, close);
  CHECK_FALSE(ran.only().complete);
  CHECK((ran.only().opening == Opening::unknown));
  CHECK_FALSE(ran.only().began);
  REQUIRE(ran.only().states.size() == 3);
  CHECK_FALSE(ran.only().states[0].lasted);
  CHECK(ran.only().states[1].lasted == EventTime(1000));

  Lived gap;
  gap.walk({close, syn_sent, established});
  gap.step(fin_wait1, fin_wait2);
  gap.step(fin_wait2, close);
  CHECK_FALSE(gap.only().complete);
}

TEST_CASE("a birth behind an end that was lost is a life of its own") {
  Lived lived;
  lived.walk({close, syn_sent, established});
  lived.walk({listen, syn_recv, established, close});
  CHECK((lived.only().opening == Opening::passive));
  CHECK(lived.only().states.size() == 2);
}

TEST_CASE("an illegal step, and more states than any way has") {
  CHECK_FALSE(life_of({close, syn_sent, established, syn_sent, established, close}).legal);
  std::vector<State> around = {close, syn_sent};
  for (int turn = 0; turn < 20; ++turn) around.insert(around.end(), {established, syn_sent});
  around.push_back(close);
  const ConnectionLife life = life_of(around);
  CHECK_FALSE(life.complete);
  CHECK(life.states.size() <= 8);
}

TEST_CASE("each transition comes with the opening of its life, and lives that go on are counted") {
  Lived lived;
  lived.walk({close, syn_sent, established, fin_wait1});
  CHECK((lived.openings == std::vector<Opening>(3, Opening::active)));
  const auto in = [&](State state) {
    return lived.checker.running([&](const ConnectionLife& life) { return life.states.back().state == state; });
  };
  CHECK(in(fin_wait1) == 1);
  CHECK(in(established) == 0);
}

}  // namespace
}  // namespace tcpstat::trace
