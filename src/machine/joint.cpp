#include "machine/joint.h"

#include <array>

namespace tcpstat::machine {
namespace {

constexpr Seen absent = kAbsent;
constexpr Seen syn_sent = State::syn_sent, syn_recv = State::syn_recv, established = State::established,
               fin_wait1 = State::fin_wait1, fin_wait2 = State::fin_wait2, close_wait = State::close_wait,
               closing = State::closing, last_ack = State::last_ack, in_time_wait = State::time_wait;

// The two ends of one connection, all 55 unordered pairs; derived by tests/unit/machine/joint_test.cpp.
// Three pairs last longer than one would think, because a FIN that waits behind a closed window or behind data is no
// segment on its way:
// - absent, fin_wait2: the other end had closed, its FIN waiting, and its retries ended without a RST
//   (net/ipv4/tcp_timer.c, tcp_write_err()). The FIN_WAIT2 end learns of it once it reads and announces its window.
// - absent, syn_recv: a client whose handshake a full accept queue kept from completing gave up first, as it may with
//   TCP_USER_TIMEOUT. The request ends when its next SYN,ACK is answered with a RST, up to 32 s later.
// - fin_wait2, closing: crossed FINs, one of them unsent until the FIN_WAIT2 end reads. Not `lasts`, which is said of
//   pairs that need no closed window.
constexpr auto kPairs = std::to_array<JointPair>({
    {.a = absent, .b = absent, .joint = Joint::lasts},
    {.a = absent, .b = syn_sent, .joint = Joint::passes},
    {.a = absent, .b = syn_recv, .joint = Joint::overflow},
    {.a = absent, .b = established, .joint = Joint::overflow},
    {.a = absent, .b = fin_wait1, .joint = Joint::overflow},
    {.a = absent, .b = fin_wait2, .joint = Joint::blocked},
    {.a = absent, .b = close_wait, .joint = Joint::lasts},
    {.a = absent, .b = closing, .joint = Joint::blocked},
    {.a = absent, .b = last_ack, .joint = Joint::blocked},
    {.a = absent, .b = in_time_wait, .joint = Joint::lasts},
    {.a = syn_sent, .b = syn_sent, .joint = Joint::passes},
    {.a = syn_sent, .b = syn_recv, .joint = Joint::passes},
    {.a = syn_sent, .b = established, .joint = Joint::one_dump},
    {.a = syn_sent, .b = fin_wait1, .joint = Joint::passes},
    {.a = syn_sent, .b = fin_wait2, .joint = Joint::one_dump},
    {.a = syn_sent, .b = close_wait, .joint = Joint::one_dump},
    {.a = syn_sent, .b = closing, .joint = Joint::one_dump},
    {.a = syn_sent, .b = last_ack, .joint = Joint::one_dump},
    {.a = syn_sent, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = syn_recv, .b = syn_recv, .joint = Joint::passes},
    {.a = syn_recv, .b = established, .joint = Joint::overflow},
    {.a = syn_recv, .b = fin_wait1, .joint = Joint::overflow},
    {.a = syn_recv, .b = fin_wait2, .joint = Joint::one_dump},
    {.a = syn_recv, .b = close_wait, .joint = Joint::one_dump},
    {.a = syn_recv, .b = closing, .joint = Joint::one_dump},
    {.a = syn_recv, .b = last_ack, .joint = Joint::one_dump},
    {.a = syn_recv, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = established, .b = established, .joint = Joint::lasts},
    {.a = established, .b = fin_wait1, .joint = Joint::blocked},
    {.a = established, .b = fin_wait2, .joint = Joint::one_dump},
    {.a = established, .b = close_wait, .joint = Joint::one_dump},
    {.a = established, .b = closing, .joint = Joint::one_dump},
    {.a = established, .b = last_ack, .joint = Joint::one_dump},
    {.a = established, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = fin_wait1, .b = fin_wait1, .joint = Joint::blocked},
    {.a = fin_wait1, .b = fin_wait2, .joint = Joint::one_dump},
    {.a = fin_wait1, .b = close_wait, .joint = Joint::passes},
    {.a = fin_wait1, .b = closing, .joint = Joint::passes},
    {.a = fin_wait1, .b = last_ack, .joint = Joint::passes},
    {.a = fin_wait1, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = fin_wait2, .b = fin_wait2, .joint = Joint::never},
    {.a = fin_wait2, .b = close_wait, .joint = Joint::lasts},
    {.a = fin_wait2, .b = closing, .joint = Joint::blocked},
    {.a = fin_wait2, .b = last_ack, .joint = Joint::blocked},
    {.a = fin_wait2, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = close_wait, .b = close_wait, .joint = Joint::never},
    {.a = close_wait, .b = closing, .joint = Joint::never},
    {.a = close_wait, .b = last_ack, .joint = Joint::never},
    {.a = close_wait, .b = in_time_wait, .joint = Joint::one_dump},
    {.a = closing, .b = closing, .joint = Joint::passes},
    {.a = closing, .b = last_ack, .joint = Joint::never},
    {.a = closing, .b = in_time_wait, .joint = Joint::passes},
    {.a = last_ack, .b = last_ack, .joint = Joint::never},
    {.a = last_ack, .b = in_time_wait, .joint = Joint::passes},
    {.a = in_time_wait, .b = in_time_wait, .joint = Joint::lasts},
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
