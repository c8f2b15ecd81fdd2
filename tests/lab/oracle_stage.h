// A namespace, a peer and the kernel's own trace of what happens there, for one test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conversation.h"
#include "every_state_fixture.h"
#include "handle.h"
#include "state_trace.h"

namespace tcpstat::lab {

class Stage {
 public:
  /// Nothing, and a line that says why, where the kernel cannot be traced.
  static std::unique_ptr<Stage> open();

  TunPeer peer;

  /// A listener on the port, of the kernel's address on the TUN device and of loopback.
  static Handle listener(std::uint16_t port, int backlog = 16);
  /// A connection that the peer is about to open to that port; each has a port of its own.
  Conversation arriving(std::uint16_t port);
  /// The same with the handshake done, and accepted.
  Conversation accepted(const Handle& listener, std::uint16_t port);
  /// A connection that the kernel opens to the peer: in SYN_SENT.
  Conversation leaving();

  const StateTrace& trace() const { return trace_; }
  /// Lives as "LISTEN SYN_RECV", sorted; those of listeners left out. Waits until they are as expected, or 3 s.
  std::vector<std::string> lives_when(const std::vector<std::string>& expected) const;
  /// Every event that is judged illegal, every life that does not go on where it was, and how many were lost.
  std::vector<std::string> complaints() const;

 private:
  explicit Stage();

  StateTrace trace_;
  std::uint16_t visitors_ = 0;
};

/// Addresses that no other test uses: of loopback, and of the peer.
Address own_loopback();
Address own_peer();

/// accept(2), connect(2) to own_loopback(), SO_LINGER 0 and the like, which throw when they fail.
Handle accept_from(const Handle& listener);
Handle connect_to(std::uint16_t port);
void linger_0(int fd);
void read_to_end(int fd);

}  // namespace tcpstat::lab
