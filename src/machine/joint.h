#pragma once
// What the two ends of one connection can be at the same time, for connections whose both ends are on this host. A test
// derives the table by a search over two machines joined by queues (tests/unit/machine/joint_test.cpp).
// Not for sockets of transparent proxies (IP_TRANSPARENT), where mirrored tuples are no pair.

#include <cstdint>
#include <span>

#include "model/seen.h"

namespace tcpstat::machine {

/// lasts: until an application or a long timer acts. blocked: lasts while a FIN waits behind a closed window. overflow:
/// lasts while an accept queue is full (TCP_DEFER_ACCEPT looks alike). passes: until segments in flight have arrived.
/// one_dump: impossible, but a dump that is not taken at one instant can show it; believe it only if a second one does.
/// never: impossible in any dump.
enum class Joint : std::uint8_t { lasts, blocked, overflow, passes, one_dump, never };

struct JointPair {
  Seen a;
  Seen b;
  Joint joint;
};

/// All unordered pairs of absent and the nine states of a connection.
std::span<const JointPair> joint_pairs();
/// The entry for two states in either order. LISTEN is not the end of a connection, and CLOSE counts as absent.
Joint joint(Seen a, Seen b);
/// A new connection's SYN_SENT may meet any state that an older one left behind on the same tuple.
enum class Incarnation : std::uint8_t { same, may_be_new };
Incarnation incarnation(Seen a, Seen b);

}  // namespace tcpstat::machine
