#pragma once
// Whether an observed transition can have happened. An exact one, as the kernel announces it, is judged by the pairs
// that Linux prints; one between two samples by reachability. The past of the socket is not looked at: that is up to
// callers.

#include "model/transition.h"
#include "report/transition_verdict.h"

namespace tcpstat::trace {

/// Judges one event of sock:inet_sock_set_state.
Judgement judge_exact(State from, State to, Protocol protocol = Protocol::tcp);
/// Judges two samples of one tuple. This is never illegal, because every state can be reached through absent.
Judgement judge_sampled(Seen from, Seen to, Sameness sameness);
/// Judges a step of a request or a time-wait socket, whose timer the kernel announces.
Judgement judge_minisocket(const Transition& transition);
/// Judges a transition of any kind.
Judgement judge(const Transition& transition);

/// Whether the tracepoint may print the pair: legal, quirk or illegal; a pair with absent is illegal.
TransitionVerdict traced_verdict(Seen from, Seen to);
/// What two samples of one connection may show, judged by their states alone. legal: one step, or a new child. quirk: a
/// state that is printed again, which is no step. reachable: through other states. reuse: another connection, or a
/// descriptor used again.
TransitionVerdict pair_verdict(Seen from, Seen to);

}  // namespace tcpstat::trace
