#include "trace/judgement.h"

#include <algorithm>
#include <array>

#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/rfc9293.h"

namespace tcpstat::trace {
namespace {

struct Pair {
  State from;
  State to;
};

// What an MPTCP socket (protocol 262) prints; its subflows are TCP sockets and print by the other table. Read from
// net/mptcp/protocol.c (mptcp_set_state() and its callers); most were seen in traces of Linux 6.18. Between
// Linux 5.8 and 6.3 a child was in SYN_RECV until its first subflow was there (mptcp_sk_clone(), mptcp_force_close()).
constexpr auto kMptcpPairs = std::to_array<Pair>({
    {.from = State::close, .to = State::close},           {.from = State::close, .to = State::listen},
    {.from = State::close, .to = State::syn_sent},        {.from = State::close_wait, .to = State::last_ack},
    {.from = State::established, .to = State::close},     {.from = State::established, .to = State::close_wait},
    {.from = State::established, .to = State::fin_wait1}, {.from = State::fin_wait1, .to = State::fin_wait2},
    {.from = State::fin_wait2, .to = State::close},       {.from = State::last_ack, .to = State::close},
    {.from = State::listen, .to = State::close},          {.from = State::listen, .to = State::established},
    {.from = State::listen, .to = State::listen},         {.from = State::syn_sent, .to = State::close},
    {.from = State::syn_sent, .to = State::established},  {.from = State::fin_wait1, .to = State::closing},
    {.from = State::closing, .to = State::close},         {.from = State::fin_wait1, .to = State::close},
    {.from = State::close_wait, .to = State::close},      {.from = State::listen, .to = State::syn_recv},
    {.from = State::syn_recv, .to = State::established},  {.from = State::syn_recv, .to = State::fin_wait1},
    {.from = State::syn_recv, .to = State::close},        {.from = State::fin_wait1, .to = State::fin_wait1},
    {.from = State::fin_wait2, .to = State::fin_wait2},   {.from = State::closing, .to = State::closing},
    {.from = State::last_ack, .to = State::last_ack},
});

std::string pair_text(State from, State to) { return std::string(name(from)) + " to " + std::string(name(to)); }

/// The row of RFC 9293 that has this step, or null. If there are several, one that fig. 5 or its notes have: TIME_WAIT
/// also ends by an ABORT, but a reader expects 2 MSL.
const machine::Transition* rfc_step(State from, State to) {
  const machine::Transition* found = nullptr;
  const auto consider = [&](const machine::Transition& row) {
    if (row.from != from || row.to != to || from == to || row.answer != machine::Answer::moves) return;
    const auto in_figure = [](const machine::Transition& step) {
      return step.section.find("§3.3.2") != std::string_view::npos;
    };
    if (found == nullptr || (!in_figure(*found) && in_figure(row))) found = &row;
  };
  for (const auto& row : machine::kRfc9293) consider(row);
  for (const auto& row : machine::kRfc9293Cases) consider(row);
  return found;
}

Judgement illegal(State from, State to) {
  Judgement out{TransitionVerdict::illegal, {}, "net/ipv4/tcp.c, tcp_set_state() and its callers"};
  if (from == State::time_wait || to == State::time_wait) {
    out.reason = std::string(name(State::time_wait)) +
                 " is never printed: it belongs to a time-wait socket, which takes over when the socket prints >" +
                 std::string(name(State::close));
    out.reference = "net/ipv4/tcp_minisocks.c, tcp_time_wait()";
  } else if (from == to) {
    out.reason = "no code path stores " + std::string(name(from)) + " again";
  } else {
    out.reason = "Linux has no step from " + pair_text(from, to);
  }
  if (const machine::Transition* row = rfc_step(from, to)) {
    out.reason += "; RFC 9293 draws it (" + std::string(info(row->event).meaning) + ", " + std::string(row->section) +
                  "), Linux does not take it in one step";
  } else if (from != to) {
    out.reason += ", and RFC 9293 draws none";
  }
  return out;
}

}  // namespace

Judgement judge_exact(State from, State to, Protocol protocol) {
  if (protocol == Protocol::mptcp) {
    const bool known =
        std::any_of(kMptcpPairs.begin(), kMptcpPairs.end(), [&](Pair p) { return p.from == from && p.to == to; });
    if (known && from == to) {
      return {TransitionVerdict::quirk,
              "an MPTCP socket stores its state again: listen() twice, shutdown() then close()",
              "net/mptcp/protocol.c, mptcp_set_state(), mptcp_close_state()"};
    }
    if (known)
      return {TransitionVerdict::legal, "a step of an MPTCP socket", "net/mptcp/protocol.c, mptcp_set_state()"};
    Judgement out = illegal(from, to);
    out.reason = "an MPTCP socket has no step from " + pair_text(from, to);
    out.reference = "net/mptcp/protocol.c, mptcp_set_state()";
    return out;
  }
  const machine::TracedPair* pair = machine::traced_pair(from, to);
  if (pair == nullptr) return illegal(from, to);
  Judgement out;
  out.verdict = pair->standing == machine::Standing::legal ? TransitionVerdict::legal : TransitionVerdict::quirk;
  out.reason = std::string(pair->causes);
  if (pair->standing != machine::Standing::legal && !pair->note.empty()) out.reason += "; " + std::string(pair->note);
  out.reference = std::string(pair->function);
  return out;
}

Judgement judge_sampled(Seen from, Seen to, Sameness sameness) {
  const machine::Reach& cell = machine::reach(from, to);
  Judgement out;
  out.reference = "reachability by the pairs that Linux takes";
  out.path = cell.shared();
  out.paths = cell.ways();
  // A state that is unchanged need not have passed through any other.
  if (cell.way() == machine::Way::unchanged && sameness != Sameness::reused) {
    out.reason = "unchanged";
    return out;
  }
  if (sameness == Sameness::reused || cell.way() == machine::Way::reuse) {
    out.verdict = TransitionVerdict::reuse;
    switch (sameness) {
      case Sameness::same:
        out.reason = "the same socket was used again: disconnected, then connected or listening anew";
        break;
      case Sameness::reused:
        out.reason = "another connection on the same addresses and ports";
        break;
      case Sameness::doubtful:
        out.reason = "possibly another connection on the same addresses and ports: the source has no cookie";
        break;
    }
    return out;
  }
  out.reason = cell.steps() == 1 ? "one step" : std::to_string(cell.steps()) + " steps, states between them unseen";
  return out;
}

Judgement judge_minisocket(const Transition& transition) {
  const bool request = transition.body == Body::request;
  Judgement out;
  if (request) {
    out.reference = "net/ipv4/inet_connection_sock.c, reqsk_queue_hash_req(), reqsk_timer_handler()";
  } else {
    out.reference = "net/ipv4/inet_timewait_sock.c, inet_twsk_hashdance_schedule(), tw_timer_handler()";
  }
  const auto goes = [&](Seen from, Seen to) { return transition.from.seen() == from && transition.to.seen() == to; };
  const bool known = request ? goes(kAbsent, State::syn_recv) || goes(State::syn_recv, kAbsent)
                             : goes(kAbsent, State::time_wait) || goes(State::time_wait, kAbsent) ||
                                   goes(kAbsent, State::fin_wait2) || goes(State::fin_wait2, kAbsent) ||
                                   goes(State::fin_wait2, State::time_wait);
  if (!known) {
    out.verdict = TransitionVerdict::illegal;
    out.reason = request ? "a request is in no other state than SYN_RECV"
                         : "a time-wait socket is in FIN_WAIT2, then in TIME_WAIT";
    return out;
  }
  if (!transition.minisocket_end && transition.to == ObservedState::absent()) {
    out.reason = "its timer ended, and it with it";
    return out;
  }
  if (!transition.minisocket_end) {
    if (transition.from != ObservedState::absent()) {
      out.reason = "the peer's FIN came to the time-wait socket";
    } else {
      out.reason = request ? "a SYN came, and a request keeps it" : "a time-wait socket takes over";
    }
    return out;
  }
  switch (*transition.minisocket_end) {
    case MinisocketEnd::completed:
      out.reason = "the handshake is over, and a child of the listener takes over";
      break;
    case MinisocketEnd::reset:
      out.reason = "an RST, a SYN in its window, or ss -K";
      break;
    case MinisocketEnd::expired:
      out.reason = request ? "the last SYN+ACK was not answered either" : "its time was over";
      break;
    case MinisocketEnd::pruned:
      out.reason = "it was dropped early, because the queue was more than half full";
      break;
    case MinisocketEnd::listener_gone:
      out.reason = "nobody listened any more";
      break;
    case MinisocketEnd::cut_short:
      out.reason = transition.from == ObservedState(State::fin_wait2)
                       ? "data or a SYN came after close(2) and was answered with an RST, an RST came, or ss -K"
                       : "an RST came, a new connection took its addresses and ports, or ss -K";
      break;
  }
  return out;
}

Judgement judge(const Transition& transition) {
  if (transition.body != Body::socket) return judge_minisocket(transition);
  const ObservedState from = transition.from;
  const ObservedState to = transition.to;
  if (transition.observed == Observed::sampled) return judge_sampled(from.seen(), to.seen(), transition.sameness);
  if (from.is_request() || to.is_request()) {
    return {TransitionVerdict::illegal,
            "TCP_NEW_SYN_RECV is never printed: a request socket is no full socket, and its child begins with " +
                std::string(name(State::listen)) + ">" + std::string(name(State::syn_recv)),
            "net/ipv4/inet_connection_sock.c, inet_csk_clone_lock()"};
  }
  return judge_exact(*from.seen(), *to.seen(), transition.protocol);
}

TransitionVerdict traced_verdict(Seen from, Seen to) {
  const machine::TracedPair* pair = from && to ? machine::traced_pair(*from, *to) : nullptr;
  if (pair == nullptr) return TransitionVerdict::illegal;
  return pair->standing == machine::Standing::legal ? TransitionVerdict::legal : TransitionVerdict::quirk;
}

TransitionVerdict pair_verdict(Seen from, Seen to) {
  if (from == State::listen && to == State::syn_recv) return TransitionVerdict::legal;
  const machine::Reach& cell = machine::reach(from, to);
  if (cell.way() == machine::Way::reuse) return TransitionVerdict::reuse;
  // A pair that the tracepoint prints as one step may still be several steps between samples; then it is reachable.
  if (cell.steps() > 1) return TransitionVerdict::reachable;
  const bool quirk = traced_verdict(from, to) == TransitionVerdict::quirk;
  return quirk ? TransitionVerdict::quirk : TransitionVerdict::legal;
}

}  // namespace tcpstat::trace
