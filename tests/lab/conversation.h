// One TCP connection between the kernel and the silent peer, led step by step.
//
// The peer's half is kept here: sequence numbers, and which segment to send next. The kernel's half is a real socket.
#pragma once

#include <cstdint>
#include <string>

#include "address.h"
#include "handle.h"
#include "tun_peer.h"

namespace tcpstat::lab {

class Conversation {
 public:
  /// A connection that the peer opens: `local` is the kernel's listening end, `remote` the peer's.
  static Conversation to_listener(TunPeer& peer, const Endpoint& local, const Endpoint& remote);
  /// A connection that the kernel opens; `wire_remote` is the IPv4 address when the socket's is v4-mapped.
  /// Returns once the SYN has left; the socket is in SYN_SENT.
  static Conversation from_kernel(TunPeer& peer, const Endpoint& wire_remote, bool mapped);

  /// The peer's SYN. With `payload` it asks for TCP Fast Open without a cookie.
  void send_syn(const std::string& payload = {});
  /// The same SYN once more, as clients do whose SYN or its answer was lost. Only right after send_syn().
  void repeat_syn();
  /// Waits for the SYN or SYN+ACK of the kernel, to learn its sequence number.
  void read_syn();
  void send_syn_ack();
  void send_ack(std::uint16_t window = 65535);
  void send_data(const std::string& payload);
  /// The peer's FIN, acknowledging only what was acknowledged before.
  void send_fin();
  /// An RST that the kernel accepts: exactly where it expects the next octet.
  void send_rst();
  /// SYN, SYN+ACK, ACK.
  void shake_hands();
  /// Counts `octets` of the kernel as received (a FIN is one) for the segments to come.
  void acknowledge(std::uint32_t octets) { kernel_next_ += octets; }
  /// Leaves out sequence numbers, so that the next SYN is newer than all before.
  void advance(std::uint32_t octets) { peer_next_ += octets; }

  void adopt(Handle socket) { socket_ = std::move(socket); }
  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }
  Handle take() { return std::move(socket_); }

  const Endpoint& local() const { return local_; }
  const Endpoint& remote() const { return remote_; }

 private:
  Conversation(TunPeer& peer, const Endpoint& local, const Endpoint& remote);
  void send(std::uint8_t flags, std::uint16_t window = 65535, const std::string& payload = {});

  TunPeer* peer_;
  Endpoint local_;
  Endpoint remote_;
  Handle socket_;
  std::uint32_t peer_next_;
  std::uint32_t kernel_next_ = 0;
};

}  // namespace tcpstat::lab
