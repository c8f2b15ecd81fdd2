#include "trace/judgement.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/tables.h"

namespace tcpstat::trace {
namespace {

using enum State;

struct Fact {
  std::string_view name;
  State from;
  State to;
  TransitionVerdict verdict;
};

std::string arrow(State from, State to) { return std::string(name(from)) + ">" + std::string(name(to)); }

bool says(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST_CASE("all 121 pairs of states are judged as another hand wrote them down") {
  std::size_t judged = 0;
  const auto check = [&](const nlohmann::json& row, TransitionVerdict verdict) {
    const State from = test::state(row[0]);
    const State to = test::state(row[1]);
    const std::string pair = arrow(from, to);
    CAPTURE(pair);
    const Judgement judgement = judge_exact(from, to);
    CHECK(judgement.verdict == verdict);
    CHECK_FALSE(judgement.reason.empty());
    CHECK_FALSE(judgement.reference.empty());
    CHECK(judgement.path.empty());
    ++judged;
  };
  for (const auto& row : test::tables()["traced"])
    check(row, row[2] == "normal" ? TransitionVerdict::legal : TransitionVerdict::quirk);
  for (const auto& row : test::tables()["illegal"]) check(row, TransitionVerdict::illegal);
  CHECK(judged == kStateCount * kStateCount);
}

TEST_CASE("what is no step of RFC 9293 and harmless is a quirk, and says which") {
  struct Quirk {
    State from;
    State to;
    std::string_view says;
  };
  constexpr Quirk kQuirks[] = {
      {fin_wait1, fin_wait1, "shutdown(WR) then close()"},
      {fin_wait2, fin_wait2, "shutdown(WR), FIN acked, then close()"},
      {closing, closing, "crossed FIN, then close()"},
      {last_ack, last_ack, "shutdown(WR) in CLOSE_WAIT, then close()"},
      {close, close, "SOCK_DESTROY"},
      {close, syn_recv, "while close() of the listener runs"},
      {syn_recv, close_wait, "not reachable"},
  };
  std::size_t quirks = 0;
  for (const machine::TracedPair& pair : machine::kTracedPairs)
    quirks += judge_exact(pair.from, pair.to).verdict == TransitionVerdict::quirk;
  CHECK(quirks == std::size(kQuirks));
  for (const Quirk& quirk : kQuirks) {
    const std::string pair = arrow(quirk.from, quirk.to);
    CAPTURE(pair);
    const Judgement judgement = judge_exact(quirk.from, quirk.to);
    CHECK(judgement.verdict == TransitionVerdict::quirk);
    CHECK(says(judgement.reason, quirk.says));
  }
}

TEST_CASE("a quirk has its note behind its causes, and what is legal has none") {
  std::size_t notes = 0;
  for (const StateInfo& from : states()) {
    for (const StateInfo& to : states()) {
      const machine::TracedPair* pair = machine::traced_pair(from.state, to.state);
      if (pair == nullptr) continue;
      CAPTURE(arrow(from.state, to.state));
      const std::string causes(pair->causes);
      const bool noted = pair->standing != machine::Standing::legal && !pair->note.empty();
      notes += noted ? 1 : 0;
      CHECK(judge_exact(from.state, to.state).reason == (noted ? causes + "; " + std::string(pair->note) : causes));
    }
  }
  CHECK(notes > 0);
}

TEST_CASE("what no kernel prints, fact by fact") {
  constexpr Fact kFacts[] = {
      {"a connection does not go back to its handshake", established, syn_recv, TransitionVerdict::illegal},
      {"an active open does not wait for callers", syn_sent, listen, TransitionVerdict::illegal},
      {"a listener never connects (EISCONN)", listen, syn_sent, TransitionVerdict::illegal},
      {"a child passes SYN_RECV", listen, established, TransitionVerdict::illegal},
      {"a reset request does not print its way back to LISTEN", syn_recv, listen, TransitionVerdict::illegal},
      {"whoever got a FIN has not the first word of the close", close_wait, fin_wait1, TransitionVerdict::illegal},
      {"whoever closed first does not wait for close()", fin_wait1, close_wait, TransitionVerdict::illegal},
      {"FIN and ACK in one segment are two events", fin_wait1, time_wait, TransitionVerdict::illegal},
      {"the time-wait socket takes over without an event", fin_wait2, time_wait, TransitionVerdict::illegal},
      {"so it does after crossing FINs", closing, time_wait, TransitionVerdict::illegal},
      {"its end is not printed", time_wait, close, TransitionVerdict::illegal},
      {"a tuple used again is another socket", time_wait, syn_recv, TransitionVerdict::illegal},
      {"nor does TIME_WAIT come back to life", time_wait, established, TransitionVerdict::illegal},
      {"the last ACK leads to no TIME_WAIT", last_ack, time_wait, TransitionVerdict::illegal},
      {"FINs do not cross after one was acknowledged", fin_wait2, closing, TransitionVerdict::illegal},
      {"nothing reopens a closed direction", fin_wait2, fin_wait1, TransitionVerdict::illegal},
      {"ESTABLISHED is not stored twice", established, established, TransitionVerdict::illegal},
      {"nor is LISTEN", listen, listen, TransitionVerdict::illegal},
      {"no socket is born established", close, established, TransitionVerdict::illegal},
  };
  for (const Fact& fact : kFacts) {
    CAPTURE(fact.name);
    CHECK(judge_exact(fact.from, fact.to).verdict == fact.verdict);
  }
}

TEST_CASE("an accusation says whether RFC 9293 draws the step") {
  CHECK(says(judge_exact(fin_wait1, time_wait).reason, "RFC 9293 draws it (FIN with the ACK of our FIN arrives"));
  CHECK(says(judge_exact(fin_wait2, time_wait).reason, "RFC 9293 draws it (FIN arrives"));
  CHECK(says(judge_exact(time_wait, close).reason, "RFC 9293 draws it (2 MSL are over"));
  CHECK(says(judge_exact(syn_recv, listen).reason, "RFC 9293 draws it (RST arrives"));
  CHECK(says(judge_exact(listen, syn_sent).reason, "RFC 9293 draws it"));
  CHECK(says(judge_exact(last_ack, time_wait).reason, "RFC 9293 draws none"));
  CHECK(says(judge_exact(close_wait, fin_wait1).reason, "RFC 9293 draws none"));
  CHECK_FALSE(says(judge_exact(established, established).reason, "RFC 9293"));
}

TEST_CASE("everything with TIME_WAIT is refused for the reason that it is no state of a full socket") {
  for (const StateInfo& row : states()) {
    CAPTURE(row.name);
    CHECK(says(judge_exact(row.state, time_wait).reference, "tcp_time_wait()"));
    CHECK(says(judge_exact(time_wait, row.state).reference, "tcp_time_wait()"));
  }
}

TEST_CASE("an MPTCP socket has twenty-one steps of its own, six states that it stores again, and no other") {
  const std::set<std::pair<State, State>> known = {
      {close, close},         {close, listen},    {close, syn_sent},         {close_wait, last_ack},
      {established, close},   {listen, close},    {established, close_wait}, {established, fin_wait1},
      {fin_wait1, fin_wait2}, {fin_wait2, close}, {last_ack, close},         {listen, established},
      {listen, listen},       {syn_sent, close},  {syn_sent, established},   {fin_wait1, closing},
      {closing, close},       {fin_wait1, close}, {close_wait, close},       {fin_wait1, fin_wait1},
      {fin_wait2, fin_wait2}, {closing, closing}, {last_ack, last_ack},      {listen, syn_recv},
      {syn_recv, fin_wait1},  {syn_recv, close},  {syn_recv, established},
  };
  REQUIRE(known.size() == 27);
  for (const StateInfo& from : states()) {
    for (const StateInfo& to : states()) {
      const std::string pair = arrow(from.state, to.state);
      CAPTURE(pair);
      const Judgement judgement = judge_exact(from.state, to.state, Protocol::mptcp);
      TransitionVerdict expected = from.state == to.state ? TransitionVerdict::quirk : TransitionVerdict::legal;
      if (!known.contains({from.state, to.state})) expected = TransitionVerdict::illegal;
      CHECK(judgement.verdict == expected);
      CHECK(says(judgement.reason, "MPTCP"));
      CHECK(says(judgement.reference, "mptcp_set_state()"));
    }
  }
}

TEST_CASE("the two protocols disagree where they should") {
  const auto verdicts = [](State from, State to) {
    return std::pair(judge_exact(from, to, Protocol::tcp).verdict, judge_exact(from, to, Protocol::mptcp).verdict);
  };
  CHECK_MESSAGE(verdicts(listen, established) == std::pair(TransitionVerdict::illegal, TransitionVerdict::legal),
                "a child is born open");
  CHECK_MESSAGE(verdicts(listen, listen) == std::pair(TransitionVerdict::illegal, TransitionVerdict::quirk),
                "listen() again");
  CHECK_MESSAGE(verdicts(syn_sent, syn_recv) == std::pair(TransitionVerdict::legal, TransitionVerdict::illegal),
                "SYNs that cross are the subflows' affair");
}

/// What a cell says between two samples that are the same socket.
TransitionVerdict of_same(const nlohmann::json& cell) {
  return cell["reuse"].get<bool>() ? TransitionVerdict::reuse : TransitionVerdict::legal;
}

TEST_CASE("all 144 cells between two samples are judged as another hand computed them") {
  std::size_t judged = 0;
  for (const auto& [from_key, row] : test::tables()["reachability"].items()) {
    for (const auto& [to_key, cell] : row.items()) {
      const Seen from = test::seen(from_key);
      const Seen to = test::seen(to_key);
      const std::string pair = std::string(name(from)) + " " + std::string(name(to));
      CAPTURE(pair);
      CHECK(judge_sampled(from, to, Sameness::same).verdict == of_same(cell));
      CHECK(judge_sampled(from, to, Sameness::doubtful).verdict == of_same(cell));
      CHECK(judge_sampled(from, to, Sameness::reused).verdict == TransitionVerdict::reuse);
      const auto steps = cell["steps"].get<std::size_t>();
      const Judgement judgement = judge_sampled(from, to, Sameness::same);
      CHECK(judgement.paths.empty() == (steps == 0));
      for (const UnseenPath& way : judgement.paths) {
        const auto passed = way.states();
        CHECK(passed.size() == steps - 1);
        CHECK(std::none_of(passed.begin(), passed.end(), [&](Seen seen) { return seen == from || seen == to; }));
      }
      // One step passes nothing; of more steps something is said.
      CHECK(text_of(judgement.paths, ">", "|").empty() == (steps <= 1));
      ++judged;
    }
  }
  CHECK(judged == kSeenCount * kSeenCount);
}

TEST_CASE("between samples nothing is illegal, and every verdict gives its reason") {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      for (const Sameness sameness : {Sameness::same, Sameness::reused, Sameness::doubtful}) {
        const Judgement judgement = judge_sampled(seen_at(from), seen_at(to), sameness);
        CHECK(judgement.verdict != TransitionVerdict::illegal);
        CHECK_FALSE(judgement.reason.empty());
      }
    }
  }
}

TEST_CASE("how sure a reuse is follows from who says so") {
  CHECK(says(judge_sampled(time_wait, established, Sameness::reused).reason, "another connection"));
  CHECK(says(judge_sampled(established, syn_sent, Sameness::same).reason, "the same socket was used again"));
  CHECK(says(judge_sampled(time_wait, established, Sameness::doubtful).reason, "possibly"));
  CHECK(judge_sampled(established, established, Sameness::reused).verdict == TransitionVerdict::reuse);
}

TEST_CASE("states passed unseen are named") {
  const auto passed = [](Seen from, Seen to) {
    return text_of(judge_sampled(from, to, Sameness::same).paths, " ", "|");
  };
  CHECK(passed(established, time_wait) == "FIN_WAIT1 FIN_WAIT2|CLOSING");
  CHECK(passed(established, closing) == "FIN_WAIT1");
  CHECK(passed(syn_recv, last_ack) == "ESTABLISHED CLOSE_WAIT");
  CHECK(passed(kAbsent, fin_wait2) == "ESTABLISHED|SYN_RECV FIN_WAIT1");
  // Only what every way shares is said to have been passed.
  const auto sure = judge_sampled(established, time_wait, Sameness::same).path;
  REQUIRE(sure.size() == 1);
  CHECK(sure[0] == fin_wait1);
  CHECK(passed(syn_sent, established).empty());
  CHECK(passed(closing, closing).empty());
}

TEST_CASE("requests and time-wait sockets come and go, each for its reason") {
  struct Case {
    Body body;
    ObservedState from;
    ObservedState to;
    std::optional<MinisocketEnd> end;
    std::string_view reason;
  };
  const ObservedState absent = ObservedState::absent();
  const Case cases[] = {
      {Body::request, absent, syn_recv, {}, "a SYN came, and a request keeps it"},
      {Body::request, syn_recv, absent, {}, "its timer ended, and it with it"},
      {Body::request, syn_recv, absent, MinisocketEnd::completed,
       "the handshake is over, and a child of the listener takes over"},
      {Body::request, syn_recv, absent, MinisocketEnd::reset, "an RST, a SYN in its window, or ss -K"},
      {Body::request, syn_recv, absent, MinisocketEnd::expired, "the last SYN+ACK was not answered either"},
      {Body::request, syn_recv, absent, MinisocketEnd::pruned,
       "it was dropped early, because the queue was more than half full"},
      {Body::request, syn_recv, absent, MinisocketEnd::listener_gone, "nobody listened any more"},
      {Body::time_wait, absent, fin_wait2, {}, "a time-wait socket takes over"},
      {Body::time_wait, absent, time_wait, {}, "a time-wait socket takes over"},
      {Body::time_wait, fin_wait2, time_wait, {}, "the peer's FIN came to the time-wait socket"},
      {Body::time_wait, fin_wait2, absent, {}, "its timer ended, and it with it"},
      {Body::time_wait, time_wait, absent, MinisocketEnd::expired, "its time was over"},
      {Body::time_wait, time_wait, absent, MinisocketEnd::cut_short,
       "an RST came, a new connection took its addresses and ports, or ss -K"},
      {Body::time_wait, fin_wait2, absent, MinisocketEnd::cut_short,
       "data or a SYN came after close(2) and was answered with an RST, an RST came, or ss -K"},
  };
  Transition of;
  for (const Case& one : cases) {
    CAPTURE(one.reason);
    of.body = one.body;
    of.from = one.from;
    of.to = one.to;
    of.minisocket_end = one.end;
    const Judgement judged = judge(of);
    CHECK((judged.verdict == TransitionVerdict::legal));
    CHECK(judged.reason == one.reason);
    CHECK(says(judged.reference, "reqsk_timer_handler()") == (one.body == Body::request));
    CHECK(says(judged.reference, "tw_timer_handler()") == (one.body == Body::time_wait));
  }
  of.minisocket_end.reset();
  of.from = fin_wait2;
  of.to = established;
  CHECK((judge(of).verdict == TransitionVerdict::illegal));
  of.body = Body::request;
  of.from = absent;
  CHECK((judge(of).verdict == TransitionVerdict::illegal));
}

TEST_CASE("verdicts have one word each") {
  CHECK(name(TransitionVerdict::legal) == "legal");
  CHECK(name(TransitionVerdict::quirk) == "quirk");
  CHECK(name(TransitionVerdict::reuse) == "reuse");
  CHECK(name(TransitionVerdict::illegal) == "illegal");
}

}  // namespace
}  // namespace tcpstat::trace
