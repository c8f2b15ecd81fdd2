#pragma once
// What Linux does with RFC 9293: every pair of states that the tracepoint sock:inet_sock_set_state may print for a TCP
// socket, and what is never printed. From these tables reachability.h follows.

#include <array>
#include <cstdint>
#include <string_view>

#include "model/seen.h"
#include "model/state.h"

namespace tcpstat::machine {

/// legal: ordinary. quirk: no step of the RFC, and harmless. race: seen when two things happen at once. unreached: in
/// the source, with no way to get there. All but legal are called quirks in verdicts.
enum class Standing : std::uint8_t { legal, quirk, race, unreached };

/// Whether a time-wait socket may take over from a socket that printed >CLOSE.
enum class Minisocket : std::uint8_t { none, follows };

struct TracedPair {
  State from;
  State to;
  Standing standing;
  Minisocket minisocket;
  std::string_view function;  ///< of the kernel, where the state is stored
  std::string_view causes;    ///< separated by "; "
  std::string_view note;
};

/// A step of a connection that no event announces.
struct SilentMove {
  Seen from;
  Seen to;
  std::string_view cause;
  std::string_view function;
};

inline constexpr auto kTracedPairs = std::to_array<TracedPair>({
#define PAIR(from, to, standing, minisocket, function, causes, note) \
  {State::from, State::to, Standing::standing, Minisocket::minisocket, function, causes, note},
#define MOVE(...)
#include "machine/linux_profile.def"
#undef PAIR
#undef MOVE
});

namespace silent {
inline constexpr Seen absent = kAbsent, syn_recv = State::syn_recv, established = State::established,
                      fin_wait2 = State::fin_wait2, time_wait = State::time_wait, closing = State::closing,
                      close = State::close;
inline constexpr auto kMoves = std::to_array<SilentMove>({
#define PAIR(...)
#define MOVE(from, to, cause, function) {from, to, cause, function},
#include "machine/linux_profile.def"
#undef PAIR
#undef MOVE
});
}  // namespace silent
using silent::kMoves;

/// The pair's row, or null: the tracepoint never prints it.
const TracedPair* traced_pair(State from, State to);

}  // namespace tcpstat::machine
