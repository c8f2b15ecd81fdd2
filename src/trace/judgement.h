#pragma once
// Whether a transition that was observed can have happened: an exact one, as the kernel announces it, by the pairs that
// Linux prints; one between two samples by reachability. Pure; who the socket is and what it did before is the caller's.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/log_record.h"
#include "model/seen.h"
#include "trace/identity.h"

namespace tcpstat::trace {

/// legal: a step, or several between two samples. quirk: the kernel prints it and it is no step of RFC 9293. reuse: only
/// another connection on the tuple, or the same descriptor used again. illegal: no kernel does this.
enum class Verdict : std::uint8_t { legal, quirk, reuse, illegal };
inline constexpr std::size_t kVerdictCount = 4;

/// "legal", …
std::string_view name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::legal;
  std::string reason;
  std::string reference;  ///< kernel function, or section of RFC 9293
  /// States passed unseen, without both ends; points into static tables.
  std::span<const Seen> path;
};

/// Of one event of sock:inet_sock_set_state.
Judgement judge_exact(State from, State to, Protocol protocol = Protocol::tcp);
/// Of two samples of one tuple. Never illegal: every state can be reached through absent.
Judgement judge_sampled(Seen from, Seen to, Sameness sameness);

}  // namespace tcpstat::trace
