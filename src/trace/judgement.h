#pragma once
// Whether a transition that was observed can have happened: an exact one, as the kernel announces it, by the pairs that
// Linux prints; one between two samples by reachability. Pure; who the socket is and what it did before is the caller's.

#include "model/transition.h"
#include "report/transition_verdict.h"

namespace tcpstat::trace {

/// Of one event of sock:inet_sock_set_state.
Judgement judge_exact(State from, State to, Protocol protocol = Protocol::tcp);
/// Of two samples of one tuple. Never illegal: every state can be reached through absent.
Judgement judge_sampled(Seen from, Seen to, Sameness sameness);
/// Of a request or a time-wait socket, whose timer the kernel announces.
Judgement judge_minisocket(const Transition& transition);
/// Of any kind.
Judgement judge(const Transition& transition);

/// What the tracepoint may print: legal, quirk or illegal, which it also is for a socket that is not there.
TransitionVerdict traced_verdict(Seen from, Seen to);
/// What two samples of one connection may show, by themselves. legal: one step, or a new child. quirk: a state that is
/// printed again, which is no step. reachable: through other states. reuse: another connection, or a descriptor used
/// again.
TransitionVerdict pair_verdict(Seen from, Seen to);

}  // namespace tcpstat::trace
