#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "base/utf8.h"
#include "explain/explanations.h"
#include "support/fixtures.h"

namespace tcpstat::explain {
namespace {

bool says(const std::string& text, std::string_view words) {
  std::string flat;
  for (const std::string& line : test::lines_of(text))
    flat += line.substr(std::min(line.find_first_not_of(' '), line.size())) + ' ';
  return flat.find(words) != std::string::npos;
}

TEST_CASE("every state has its eight answers, in at most 80 columns") {
  for (const StateInfo& row : states()) {
    CAPTURE(row.name);
    const std::string text = explain_state(row.state, {});
    for (const char* label :
         {"side", "seen", "moved on by", "at most", "many", "look at", "sections", "Next, by RFC 9293:"}) {
      CHECK(says(text, label));
    }
    // A listener is no end of a connection, and neither is a socket that is only bound.
    CHECK((text.find("\n  peer") != std::string::npos) == (row.state != State::listen && row.state != State::close));
    for (const std::string& line : test::lines_of(text)) CHECK(display_width(line) <= 80);
  }
}

TEST_CASE("bounds come from the host's own limits, and say where they are not known") {
  KernelLimits limits;
  limits.fin_timeout_s = 30;
  CHECK(says(explain_state(State::fin_wait2, limits), "30 s: closed by its process (tcp_fin_timeout)"));
  CHECK(says(explain_state(State::fin_wait2, {}), "unknown here: closed by its process"));
  CHECK(says(explain_state(State::close_wait, limits), "no bound: the program does not close its socket"));
  CHECK(says(explain_state(State::time_wait, {}), "60 s: fixed"));
}

TEST_CASE("the other end of a half-open connection need not have a full accept queue, nor be there") {
  const std::string text = explain_state(State::syn_recv, {}, Words(Language::english));
  CHECK(says(text, "ABSENT, ESTABLISHED, FIN_WAIT1: while segments are on their way, and"));
  CHECK(says(text, "ABSENT: also of a forged source"));
  CHECK_FALSE(says(explain_state(State::established, {}), "forged"));
}

TEST_CASE("the peer of a SYN_SENT that stays is not there, and a FIN on its way is the ordinary case") {
  CHECK(says(explain_state(State::syn_sent, {}),
             "ABSENT: also when nobody is there, or the SYN or its answer is dropped"));
  CHECK_FALSE(says(explain_state(State::established, {}), "nobody is there"));
  for (const State state : {State::fin_wait1, State::fin_wait2, State::last_ack, State::closing, State::established}) {
    CAPTURE(name(state));
    CHECK(says(explain_state(state, {}),
               ": while segments are on their way, and longer while a FIN waits behind a closed window"));
  }
}

TEST_CASE("who appears established came through a state that no sample saw, or by a SYN cookie") {
  const std::string text = explain_pair(kAbsent, State::established);
  CHECK(says(text, "legal in one step, of a SYN cookie; as a rule SYN_SENT"));
  CHECK(says(text, "SYN_RECV (of the server)"));
}

TEST_CASE("who sends a RST is told of only where a connection was there to send it") {
  for (const State from : {State::close, State::listen, State::syn_sent, State::syn_recv}) {
    CHECK_FALSE(says(explain_pair(from, State::time_wait), "who sends a RST"));
    CHECK(says(explain_pair(from, State::time_wait), "TIME_WAIT is never printed"));
  }
  CHECK(says(explain_pair(State::close_wait, State::time_wait), "who sends a RST"));
}

TEST_CASE("what a state may become by RFC 9293 stands beside what Linux does instead") {
  const std::string listen = explain_state(State::listen, {});
  CHECK(
      says(listen, "Where Linux differs: SYN_SENT    connect() on a listener fails with EISCONN, send() with EPIPE:"));
  CHECK(says(listen, "SYN_RECV    the listener stays;"));
  CHECK(says(listen, "RFC 9293 says: LISTEN itself becomes SYN-RECEIVED on a SYN (fig. 5)"));
  CHECK(says(explain_state(State::time_wait, {}), "CLOSE       TIME_WAIT lasts 60 s: TCP_TIMEWAIT_LEN"));
  CHECK_FALSE(says(explain_state(State::last_ack, {}), "Where Linux differs"));
}

TEST_CASE("a pair has three answers, and where Linux differs a fourth") {
  const std::string text = explain_pair(State::fin_wait1, State::time_wait);
  CHECK(says(text, "samples     reachable in 2 steps"));
  CHECK(says(text, "RFC 9293    FIN with the ACK of our FIN arrives"));
  CHECK(says(text, "Linux       FIN_WAIT1>FIN_WAIT2, then FIN_WAIT2>CLOSE"));
  CHECK(says(text, "RFC 9293 says: FIN with the ACK of our FIN in FIN-WAIT-1: TIME-WAIT (note 2)"));
  CHECK(says(text, "tracepoint  never"));
  CHECK_FALSE(says(explain_pair(State::syn_sent, State::established), "Linux       "));
  CHECK(says(explain_pair(kAbsent, State::syn_recv), "unannounced SYN accepted by a listener"));
}

TEST_CASE("a connection that is not there is CLOSED to RFC 9293, and full sockets print CLOSE for it") {
  const std::string gone = explain_pair(State::last_ack, kAbsent);
  CHECK(says(gone, "RFC 9293    ABSENT is CLOSED there: no connection (§3.3.2)"));
  CHECK(says(gone, "ACK of our FIN arrives: delete TCB"));
  CHECK(says(gone, "LAST_ACK>CLOSE: full sockets print CLOSE in place of ABSENT (tcpstat explain LAST_ACK:CLOSE)"));
  CHECK_FALSE(says(gone, "prints nothing"));
  const std::string opened = explain_pair(kAbsent, State::syn_sent);
  CHECK(says(opened, "active OPEN: connect(): create TCB, choose ISS, send SYN"));
  CHECK(says(opened, "CLOSE>SYN_SENT: full sockets"));
  // Which of both it was, a pair does not tell.
  const std::string half = explain_pair(State::fin_wait2, kAbsent);
  CHECK(says(half, "FIN_WAIT2>CLOSE: full sockets"));
  CHECK(says(half, "FIN_WAIT2:CLOSE); a time-wait socket prints nothing"));
  CHECK(says(half, "FIN_WAIT2 without an owner ends after tcp_fin_timeout"));
  CHECK(says(explain_pair(State::syn_recv, kAbsent), "SYN_RECV:CLOSE); a request prints nothing"));
  const std::string waited = explain_pair(State::time_wait, kAbsent);
  CHECK(says(waited, "2 MSL"));
  CHECK(says(waited, "tracepoint  never: a time-wait socket prints nothing"));
  CHECK(says(waited, "TIME_WAIT lasts 60 s"));
  CHECK(says(explain_pair(kAbsent, State::syn_recv), "never: a request prints nothing, and its child LISTEN>SYN_RECV"));
  CHECK(says(explain_pair(kAbsent, State::established), "tracepoint  never"));
  CHECK(says(explain_pair(kAbsent, State::close), "no single step"));
  CHECK(says(explain_pair(kAbsent, kAbsent), "nothing: the tracepoint"));
}

TEST_CASE("a race and what nothing reaches are said once") {
  CHECK(says(explain_pair(State::close, State::syn_recv),
             "as a rare race: the handshake ACK is processed while close()"));
  CHECK(says(explain_pair(State::syn_recv, State::close_wait),
             "never, although the source has it: not reachable on 6.18"));
}

TEST_CASE("a rule without limits has no heading for them") {
  const std::string text = explain_rule({"return-path", "do answers arrive?", "RFC 6298", {}});
  CHECK(says(text, "reference   RFC 6298"));
  CHECK_FALSE(says(text, "Limits"));
  CHECK(text.ends_with("RFC 6298\n"));
}

TEST_CASE("a rule has its question, its reference and a reason for each limit") {
  constexpr ThresholdInfo kLimits[] = {{"age_s", 0.25, "s", "longer than a round trip"}};
  const std::string text = explain_rule({"leak", "do programs forget sockets?", "RFC 9293", kLimits});
  CHECK(says(text, "leak: do programs forget sockets?"));
  CHECK(says(text, "reference   RFC 9293"));
  CHECK(says(text, "age_s          0.25 s: longer than a round trip"));
}

}  // namespace
}  // namespace tcpstat::explain
