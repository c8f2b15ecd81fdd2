#include "conversation.h"

#include <sys/socket.h>

#include <cerrno>

#include "failure.h"

namespace tcpstat::lab {

Conversation::Conversation(TunPeer& peer, const Endpoint& local, const Endpoint& remote)
    : peer_(&peer), local_(local), remote_(remote), peer_next_(0x10000000U + remote.port) {}

Conversation Conversation::to_listener(TunPeer& peer, const Endpoint& local, const Endpoint& remote) {
  return {peer, local, remote};
}

Conversation Conversation::from_kernel(TunPeer& peer, const Endpoint& wire_remote, bool mapped) {
  const Endpoint name{mapped ? wire_remote.address.mapped() : wire_remote.address, wire_remote.port};
  const int family = name.address.family == Family::ipv4 ? AF_INET : AF_INET6;
  Handle socket(check(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "making a socket"));
  const SocketName target(name);
  if (::connect(socket.get(), target.get(), target.size()) != 0 && errno != EINPROGRESS) fail("connecting");
  const Endpoint local{TunPeer::local(wire_remote.address.family), SocketName::of(socket.get()).port};
  Conversation conversation(peer, local, wire_remote);
  conversation.adopt(std::move(socket));
  return conversation;
}

void Conversation::send(std::uint8_t flags, std::uint16_t window, const std::string& payload) {
  Segment segment;
  segment.source = remote_;
  segment.destination = local_;
  segment.sequence = peer_next_;
  segment.acknowledgment = (flags & kAck) != 0 ? kernel_next_ : 0;
  segment.flags = flags;
  segment.window = window;
  segment.payload = payload;
  peer_->send(segment);
  peer_next_ += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
}

void Conversation::send_syn(const std::string& payload) { send(kSyn, 65535, payload); }

void Conversation::repeat_syn() {
  --peer_next_;
  send_syn();
}

void Conversation::read_syn() {
  const auto segment = peer_->await(local_, remote_, kSyn);
  if (!segment) fail("waiting for the kernel's SYN from " + local_.address.text(), ETIMEDOUT);
  kernel_next_ = segment->sequence + 1;
}

void Conversation::send_syn_ack() { send(kSyn | kAck); }
void Conversation::send_ack(std::uint16_t window) { send(kAck, window); }
void Conversation::send_data(const std::string& payload) { send(kAck | kPsh, 65535, payload); }
void Conversation::send_fin() { send(kFin | kAck); }
void Conversation::send_rst() { send(kRst | kAck); }

void Conversation::shake_hands() {
  send_syn();
  read_syn();
  send_ack();
}

}  // namespace tcpstat::lab
