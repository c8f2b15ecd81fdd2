#include "states.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "conversation.h"
#include "failure.h"
#include "namespace.h"

namespace tcpstat::lab {
namespace {

constexpr std::uint32_t kBacklog = 64;

void set_option(int fd, int level, int option, int value) {
  check(::setsockopt(fd, level, option, &value, sizeof value), "setting a socket option");
}

std::uint64_t inode_of(int fd) {
  struct stat facts {};
  check(::fstat(fd, &facts), "asking for an inode");
  return facts.st_ino;
}

Handle another(const Handle& socket) {
  return Handle(check(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0), "duplicating a descriptor"));
}

/// Builds the animals of one flavour.
class Keeper {
 public:
  Keeper(TunPeer& peer, Flavour flavour, Truth& truth, std::vector<Handle>& sockets)
      : peer_(peer), flavour_(flavour), truth_(truth), sockets_(sockets) {}

  void fill() {
    listeners();
    opening();
    established();
    closed_by_peer();
    closed_by_us();
    fast_open();
    bound_inactive();
    waiting_in_the_queue();  // last: accept(2) takes the oldest connection first
  }

 private:
  Family wire() const { return flavour_ == Flavour::ipv6 ? Family::ipv6 : Family::ipv4; }
  std::uint16_t port(std::uint16_t offset) const {
    return static_cast<std::uint16_t>(8000 + 100 * static_cast<int>(flavour_) + offset);
  }
  /// How the socket's own family spells an address of the wire.
  Address spelled(const Address& address) const { return flavour_ == Flavour::mapped ? address.mapped() : address; }
  Address any() const { return Address::parse(flavour_ == Flavour::ipv4 ? "0.0.0.0" : "::"); }

  /// The next peer: three neighbouring /24 (IPv6: three /112 of one /64), so that prefixes have something to part.
  Endpoint next_remote() {
    const auto n = ++visitors_;
    const std::uint32_t subnet = 1 + 10 * static_cast<std::uint32_t>(flavour_) + n % 3;
    const std::uint32_t net = wire() == Family::ipv4 ? subnet << 8 : subnet << 16;
    return {Address::peer(wire(), net + 10 + n), static_cast<std::uint16_t>(40000 + n)};
  }

  Handle bound(const Address& address, std::uint16_t port_number, bool only_ipv6 = false, bool shared = false) {
    const int family = address.family == Family::ipv4 ? AF_INET : AF_INET6;
    Handle socket(check(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (shared) set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    if (address.family == Family::ipv6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_ipv6 ? 1 : 0);
    const SocketName name({address, port_number});
    check(::bind(socket.get(), name.get(), name.size()), "binding to " + address.text());
    return socket;
  }

  Row& add(const std::string& state, const Endpoint& local, const Endpoint& remote, const std::string& note) {
    Row row;
    row.family = flavour_ == Flavour::ipv4 ? "ipv4" : "ipv6";
    row.state = state;
    row.local_address = spelled(local.address).text();
    row.local_port = local.port;
    row.remote_address = spelled(remote.address).text();
    row.remote_port = remote.port;
    row.recv_queue = 0;
    row.send_queue = 0;
    row.built = std::chrono::steady_clock::now();
    row.note = note;
    return truth_.emplace_back(std::move(row));
  }

  /// A row whose socket a process holds; the holder object keeps it.
  Row& add_owned(const std::string& state, Conversation& conversation, const std::string& note) {
    Row& row = add(state, conversation.local(), conversation.remote(), note);
    row.has_owner = true;
    row.inode = inode_of(conversation.fd());
    sockets_.push_back(conversation.take());
    return row;
  }

  Row& add_orphan(const std::string& state, const Conversation& conversation, const std::string& orphan,
                  const std::string& note) {
    Row& row = add(state, conversation.local(), conversation.remote(), note);
    row.orphan = orphan;
    return row;
  }

  /// A row without a remote end: LISTEN or bound-inactive CLOSE.
  Row& add_local(const std::string& state, Handle socket, const std::string& note) {
    const Endpoint local = SocketName::of(socket.get());
    Row row;
    row.family = local.address.family == Family::ipv4 ? "ipv4" : "ipv6";
    row.state = state;
    row.local_address = local.address.text();
    row.local_port = local.port;
    row.has_owner = true;
    row.inode = inode_of(socket.get());
    row.timer = "none";
    row.built = std::chrono::steady_clock::now();
    row.note = note;
    sockets_.push_back(std::move(socket));
    return truth_.emplace_back(std::move(row));
  }

  std::size_t listen(Handle socket, std::uint32_t backlog, const std::string& note) {
    check(::listen(socket.get(), static_cast<int>(backlog)), "listening");
    Row& row = add_local("LISTEN", std::move(socket), note);
    row.accept_queue = 0;
    row.accept_limit = backlog;
    row.syn_recv = 0;
    return truth_.size() - 1;
  }

  void listeners() {
    listener_ = bound(any(), port(0));
    check(::listen(listener_.get(), kBacklog), "listening");
    Row& row = add_local("LISTEN", another(listener_), "the zoo's own listener");
    row.accept_queue = 0;
    row.accept_limit = kBacklog;
    row.syn_recv = 0;
    main_listener_ = truth_.size() - 1;
    listen(bound(spelled(TunPeer::local(wire())), port(1)), 1, "listens on one address");
    listen(bound(any(), port(2), false, true), 7, "first of two that share the port");
    listen(bound(any(), port(2), false, true), 8, "second of two that share the port");
    if (flavour_ == Flavour::ipv6) listen(bound(any(), port(3), true), 9, "IPv6 only");
  }

  Conversation arriving() { return Conversation::to_listener(peer_, {TunPeer::local(wire()), port(0)}, next_remote()); }

  /// An accepted connection.
  Conversation accepted() {
    Conversation conversation = arriving();
    conversation.shake_hands();
    conversation.adopt(Handle(check(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
    return conversation;
  }

  void opening() {
    for (int i = 0; i < 2; ++i) {
      Conversation conversation = arriving();
      conversation.send_syn();
      add_orphan("SYN_RECV", conversation, "half-open", "a request: the peer never acknowledges").timer = "retransmit";
      ++*truth_[main_listener_].syn_recv;
    }
    {
      auto conversation = Conversation::from_kernel(peer_, next_remote(), flavour_ == Flavour::mapped);
      Row& row = add_owned("SYN_SENT", conversation, "the peer is silent");
      row.send_queue = 1;
      row.timer = "retransmit";
    }
    {
      auto conversation = Conversation::from_kernel(peer_, next_remote(), flavour_ == Flavour::mapped);
      conversation.send_syn();
      Row& row = add_owned("SYN_RECV", conversation, "a full socket: simultaneous open");
      row.send_queue = 1;
      row.timer = "retransmit";
    }
  }

  void established() {
    {
      auto conversation = accepted();
      add_owned("ESTABLISHED", conversation, "accepted").timer = "none";
    }
    {
      auto conversation = Conversation::from_kernel(peer_, next_remote(), flavour_ == Flavour::mapped);
      conversation.read_syn();
      conversation.send_syn_ack();
      add_owned("ESTABLISHED", conversation, "opened from here").timer = "none";
    }
    {
      auto conversation = accepted();
      conversation.send_data(std::string(100, 'r'));
      Row& row = add_owned("ESTABLISHED", conversation, "100 bytes to read");
      row.recv_queue = 100;
    }
    {
      auto conversation = accepted();
      check(::send(conversation.fd(), "twenty bytes exactly", 20, 0), "sending");
      Row& row = add_owned("ESTABLISHED", conversation, "20 bytes not acknowledged");
      row.send_queue = 20;
      row.timer = "retransmit";
    }
    {
      auto conversation = accepted();
      conversation.send_ack(0);
      check(::send(conversation.fd(), "probe", 5, 0), "sending");
      Row& row = add_owned("ESTABLISHED", conversation, "the peer's window is closed");
      row.send_queue = 5;
      row.timer = "probe";
    }
    {
      auto conversation = accepted();
      set_option(conversation.fd(), SOL_SOCKET, SO_KEEPALIVE, 1);
      add_owned("ESTABLISHED", conversation, "keepalive on").timer = "keepalive";
    }
  }

  void closed_by_peer() {
    {
      auto conversation = accepted();
      conversation.send_fin();
      Row& row = add_owned("CLOSE_WAIT", conversation, "the peer closed, we did not");
      row.recv_queue = 1;  // the FIN counts
      row.timer = "none";
    }
    for (const bool owner : {true, false}) {
      auto conversation = accepted();
      conversation.send_fin();
      if (owner)
        check(::shutdown(conversation.fd(), SHUT_WR), "shutting down");
      else
        conversation.close();
      Row& row = owner ? add_owned("LAST_ACK", conversation, "shut down, descriptor kept")
                       : add_orphan("LAST_ACK", conversation, "closed-by-process", "closed");
      row.recv_queue = 1;
      row.send_queue = 1;
      row.timer = "retransmit";
    }
  }

  void closed_by_us() {
    for (const bool owner : {true, false}) {
      auto conversation = leaving(owner);
      Row& row = owner ? add_owned("FIN_WAIT1", conversation, "shut down, descriptor kept")
                       : add_orphan("FIN_WAIT1", conversation, "closed-by-process", "closed");
      row.send_queue = 1;
      row.timer = "retransmit";
    }
    {
      auto conversation = leaving(true);
      conversation.acknowledge(1);
      conversation.send_ack();
      add_owned("FIN_WAIT2", conversation, "shut down, descriptor kept").timer = "none";
    }
    {
      auto conversation = leaving(false);
      conversation.acknowledge(1);
      conversation.send_ack();
      add_orphan("FIN_WAIT2", conversation, "closed-by-process", "a minisocket").timer = "time_wait";
    }
    {
      auto conversation = accepted();
      // More than 60 s keep the full socket instead of a minisocket: net/ipv4/tcp_input.c, tcp_rcv_state_process().
      set_option(conversation.fd(), IPPROTO_TCP, TCP_LINGER2, 120);
      conversation.close();
      conversation.acknowledge(1);
      conversation.send_ack();
      add_orphan("FIN_WAIT2", conversation, "closed-by-process", "a full socket without an owner").timer = "keepalive";
    }
    for (const bool owner : {true, false}) {
      auto conversation = leaving(owner);
      conversation.send_fin();
      Row& row = owner ? add_owned("CLOSING", conversation, "shut down, descriptor kept")
                       : add_orphan("CLOSING", conversation, "closed-by-process", "closed");
      row.recv_queue = 1;
      row.send_queue = 1;
      row.timer = "retransmit";
    }
    for (int i = 0; i < 2; ++i) {
      auto conversation = leaving(false);
      conversation.acknowledge(1);
      if (i == 1) conversation.send_ack();  // once by way of FIN_WAIT2, once straight from FIN_WAIT1
      conversation.send_fin();
      add_orphan("TIME_WAIT", conversation, "time-wait", "both closed").timer = "time_wait";
    }
  }

  /// Accepted, then closed from our side: FIN_WAIT1.
  Conversation leaving(bool keep_descriptor) {
    auto conversation = accepted();
    if (keep_descriptor)
      check(::shutdown(conversation.fd(), SHUT_WR), "shutting down");
    else
      conversation.close();
    return conversation;
  }

  void fast_open() {
    const Handle listener = bound(any(), port(4));
    set_option(listener.get(), IPPROTO_TCP, TCP_FASTOPEN, 16);
    check(::listen(listener.get(), 16), "listening");
    const auto arrive = [&] {
      auto conversation = Conversation::to_listener(peer_, {TunPeer::local(wire()), port(4)}, next_remote());
      conversation.send_syn("hello");
      return conversation;
    };
    {
      auto conversation = arrive();
      conversation.adopt(Handle(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
      Row& row = add_owned("SYN_RECV", conversation, "a full socket: fast open, accepted");
      row.recv_queue = 5;
      row.send_queue.reset();
    }
    {
      auto conversation = arrive();
      Row& row = add_orphan("SYN_RECV", conversation, "not-accepted", "a full socket: fast open, in the queue");
      row.recv_queue = 5;
      row.send_queue.reset();
    }
    Row& row = add_local("LISTEN", another(listener), "fast open");
    row.accept_queue = 1;
    row.accept_limit = 16;
  }

  void bound_inactive() {
    add_local("CLOSE", bound(spelled(TunPeer::local(wire())), port(50)), "bound, neither listening nor connected");
    add_local("CLOSE", bound(any(), port(51)), "bound to the wildcard");
  }

  void waiting_in_the_queue() {
    for (int i = 0; i < 2; ++i) {
      auto conversation = arriving();
      conversation.shake_hands();
      add_orphan("ESTABLISHED", conversation, "not-accepted", "in the accept queue").timer = "none";
      ++*truth_[main_listener_].accept_queue;
    }
    auto conversation = arriving();
    conversation.shake_hands();
    conversation.send_fin();
    Row& row = add_orphan("CLOSE_WAIT", conversation, "not-accepted", "in the accept queue, closed by the peer");
    row.recv_queue = 1;
    row.timer = "none";
    ++*truth_[main_listener_].accept_queue;
  }

  TunPeer& peer_;
  Flavour flavour_;
  Truth& truth_;
  std::vector<Handle>& sockets_;
  Handle listener_;
  std::size_t main_listener_ = 0;
  std::uint32_t visitors_ = 0;
};

}  // namespace

EveryState::EveryState(TunPeer& peer) {
  // A server that takes Fast Open without a cookie on listeners that ask for it: ip-sysctl, tcp_fastopen.
  set_sysctl("net.ipv4.tcp_fastopen", "519");  // 0x1 client, 0x2 server, 0x4, 0x200 no cookie wanted
  set_sysctl("net.ipv4.tcp_orphan_retries", "8");
  for (const Flavour flavour : {Flavour::ipv4, Flavour::ipv6, Flavour::mapped})
    Keeper(peer, flavour, truth_, sockets_).fill();
}

}  // namespace tcpstat::lab
