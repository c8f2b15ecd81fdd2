#include "machine/joint.h"

#include <array>

namespace tcpstat::machine {
namespace {

constexpr Seen absent = kAbsent;
constexpr Seen syn_sent = State::syn_sent, syn_recv = State::syn_recv, established = State::established,
               fin_wait1 = State::fin_wait1, fin_wait2 = State::fin_wait2, close_wait = State::close_wait,
               closing = State::closing, last_ack = State::last_ack, time_wait = State::time_wait;

constexpr auto kPairs = std::to_array<JointPair>({
#define JOINT(a, b, joint) {a, b, Joint::joint},
#include "machine/joint.def"
#undef JOINT
});
// Ten kinds of end, every unordered pair of them.
static_assert(kPairs.size() == 10 * 11 / 2);

constexpr Seen as_end(Seen seen) { return seen == State::close ? kAbsent : seen; }

}  // namespace

std::span<const JointPair> joint_pairs() { return kPairs; }

Joint joint(Seen a, Seen b) {
  for (const JointPair& pair : kPairs) {
    if ((pair.a == as_end(a) && pair.b == as_end(b)) || (pair.a == as_end(b) && pair.b == as_end(a))) return pair.joint;
  }
  return Joint::never;
}

Incarnation incarnation(Seen a, Seen b) {
  const StateSet left_behind =
      StateSet::all() - StateSet{State::syn_sent, State::syn_recv, State::listen, State::close};
  const auto meets = [&](Seen opener, Seen other) {
    return opener == State::syn_sent && other && left_behind.has(*other);
  };
  return meets(a, b) || meets(b, a) ? Incarnation::may_be_new : Incarnation::same;
}

}  // namespace tcpstat::machine
